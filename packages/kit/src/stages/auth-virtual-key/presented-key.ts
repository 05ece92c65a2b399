import type { IncomingMessage } from 'node:http'
import { invalidKey } from './invalid-key.ts'
import { KEY_HEADERS } from './key-headers.ts'

const BEARER = /^Bearer +(\S+) *$/i

/**
 * The key that a request presents; undefined when there is none.
 *
 * @throws TollgateError `invalid_api_key` when it presents two different ones: which one counts would be a guess.
 */
export function presentedKey(req: IncomingMessage): string | undefined {
  if (repeatsAuthorization(req)) throw invalidKey(req)
  let presented: string | undefined
  for (const header of KEY_HEADERS) {
    const value = req.headers[header]
    if (typeof value !== 'string' || value === '') continue
    const key = header === 'authorization' ? BEARER.exec(value)?.[1] : value.trim()
    if (key === undefined) continue
    if (presented !== undefined && key !== presented) throw invalidKey(req)
    presented = key
  }
  const offered = subprotocolKey(req)
  if (offered === undefined) return presented
  if (presented !== undefined && offered !== presented) throw invalidKey(req)
  return offered
}

const SUBPROTOCOL_KEY = /^openai-insecure-api-key\.(\S+)$/

/**
 * The key among the subprotocols that a WebSocket offers, where a browser has to put it, since it can set no header:
 * https://developers.openai.com/api/docs/guides/realtime-websocket
 */
function subprotocolKey(req: IncomingMessage): string | undefined {
  const offered = req.headers['sec-websocket-protocol']?.split(',') ?? []
  const keys = offered.flatMap((each) => SUBPROTOCOL_KEY.exec(each.trim())?.[1] ?? [])
  if (new Set(keys).size > 1) throw invalidKey(req)
  return keys[0]
}

/** Of several `authorization` headers Node keeps the first; whatever stands before us may have looked at another. */
function repeatsAuthorization({ rawHeaders }: IncomingMessage): boolean {
  let found = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!
    if (name.length === 'authorization'.length && name.toLowerCase() === 'authorization') found += 1
  }
  return found > 1
}
