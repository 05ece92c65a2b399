import type { IncomingMessage } from 'node:http'
import type { Refused } from './verdict.ts'

/** What a request brings to say who sends it. */
export interface Presented {
  readonly req: IncomingMessage
  /** The one key or token that it carries, wherever SDKs put it. */
  readonly bearer: string | undefined
}

/** Where the SDKs of the field put a key. */
export const KEY_HEADERS = ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key'] as const

const BEARER = /^Bearer +(\S+) *$/i

/** What a request presents; refused when it presents two different keys: which one counts would be a guess. */
export function presentedIn(req: IncomingMessage): Presented | Refused {
  if (repeatsAuthorization(req)) return { refused: 'several authorization headers' }
  const found = [...headerKeys(req), ...subprotocolKeys(req)]
  const [bearer, ...others] = found
  if (others.some((other) => other !== bearer)) return { refused: 'two different keys' }
  return { req, bearer }
}

function headerKeys({ headers }: IncomingMessage): string[] {
  const keys: string[] = []
  for (const header of KEY_HEADERS) {
    const value = headers[header]
    if (typeof value !== 'string' || value === '') continue
    const key = header === 'authorization' ? BEARER.exec(value)?.[1] : value.trim()
    if (key !== undefined && key !== '') keys.push(key)
  }
  return keys
}

const SUBPROTOCOL_KEY = /^openai-insecure-api-key\.(\S+)$/

/**
 * The key among the subprotocols that a WebSocket offers, where a browser has to put it, since it can set no header:
 * https://developers.openai.com/api/docs/guides/realtime-websocket
 */
function subprotocolKeys({ headers }: IncomingMessage): readonly string[] {
  const offered = headers['sec-websocket-protocol']
  if (offered === undefined) return NONE
  return offered.split(',').flatMap((each) => SUBPROTOCOL_KEY.exec(each.trim())?.[1] ?? [])
}

const NONE: readonly string[] = []

/** Of several `authorization` headers Node keeps the first; whatever stands before us may have looked at another. */
function repeatsAuthorization({ rawHeaders }: IncomingMessage): boolean {
  let found = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!
    if (name.length === 'authorization'.length && name.toLowerCase() === 'authorization') found += 1
  }
  return found > 1
}
