import type { IncomingMessage } from 'node:http'

/**
 * The languages that providers speak, each with its own paths, headers and errors. Bedrock's Converse is spoken by no client
 * of ours: it is what others are translated into.
 */
export type Dialect = ClientDialect | 'converse'

/** The languages that clients speak. */
export type ClientDialect = 'openai' | 'anthropic' | 'gemini'

const ANTHROPIC_PATH = /\/v1\/messages(?:\/|$)/
const GEMINI_PATH = /\/(?:models|tunedModels|endpoints)\/[^/]+:[A-Za-z]+$/

/**
 * The dialect that the client of a request speaks, so that whoever answers it is understood: by the path, or by the
 * headers that only one family of SDKs sends. OpenAI's when nothing tells, which most clients speak.
 */
export function dialectOf(req: IncomingMessage): ClientDialect {
  const url = (req as { originalUrl?: string }).originalUrl ?? req.url ?? '/'
  const query = url.indexOf('?')
  const path = query === -1 ? url : url.slice(0, query)
  if (ANTHROPIC_PATH.test(path)) return 'anthropic'
  if (GEMINI_PATH.test(path)) return 'gemini'
  if (req.headers['anthropic-version'] !== undefined) return 'anthropic'
  return req.headers['x-goog-api-key'] === undefined ? 'openai' : 'gemini'
}
