import type { IncomingMessage } from 'node:http'

/** The languages that providers speak, each with its own paths, headers and errors. */
export type Dialect = 'openai' | 'anthropic' | 'gemini'

const ANTHROPIC_PATH = /\/v1\/messages(?:\/|$)/
const GEMINI_PATH = /\/(?:models|tunedModels|endpoints)\/[^/]+:[A-Za-z]+$/

/**
 * The dialect that the client of a request speaks, so that whoever answers it is understood: by the path, or by the
 * headers that only one family of SDKs sends. OpenAI's when nothing tells, which most clients speak.
 */
export function dialectOf(req: IncomingMessage): Dialect {
  const url = (req as { originalUrl?: string }).originalUrl ?? req.url ?? '/'
  const query = url.indexOf('?')
  const path = query === -1 ? url : url.slice(0, query)
  if (ANTHROPIC_PATH.test(path)) return 'anthropic'
  if (GEMINI_PATH.test(path)) return 'gemini'
  if (req.headers['anthropic-version'] !== undefined) return 'anthropic'
  return req.headers['x-goog-api-key'] === undefined ? 'openai' : 'gemini'
}
