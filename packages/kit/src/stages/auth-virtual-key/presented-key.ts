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
  return presented
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
