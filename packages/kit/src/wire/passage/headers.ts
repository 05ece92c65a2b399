import type { IncomingHttpHeaders } from 'node:http'
import { dialectHeaders, isReturned } from '../headers.ts'
import type { PassedProvider } from './http-provider.ts'
import type { Passage } from './passage.ts'
import { UPLOAD_ANSWERS, UPLOAD_HEADERS } from './uploads.ts'

/** What describes a body, and what part of an answer is wanted in which form: it means the same to every server. */
const FORWARDED = [
  'accept',
  'accept-language',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-length',
  'content-type',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'prefer',
  'range',
  'traceparent',
  'tracestate',
  'user-agent',
] as const

/**
 * The headers of a request that is passed through: the provider's key in, nothing of the client's out that is not named
 * here or by the provider's dialect. Cookies, credentials, `x-tollgate-*`, and what is meant for the next hop stay here;
 * so does `expect`, since what waits for a 100 is not looked at by all who should.
 */
export function passageHeaders(
  client: IncomingHttpHeaders,
  { provider, uploads }: Passage,
): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name of uploads ? [...FORWARDED, ...UPLOAD_HEADERS] : FORWARDED) {
    const value = client[name]
    if (typeof value === 'string') headers[name] = value
  }
  // A body of unknown length stays one: whoever said otherwise would put its bytes behind the request.
  if (client['transfer-encoding'] !== undefined) {
    delete headers['content-length']
    headers['transfer-encoding'] = 'chunked'
  }
  return { ...headers, 'accept-encoding': 'identity', ...ownHeaders(client, provider) }
}

/** What the provider knows the operator by, and what its dialect wants besides. */
function ownHeaders(client: IncomingHttpHeaders, provider: PassedProvider): Record<string, string> {
  if (provider.dialect !== 'http') return dialectHeaders(client, provider)
  const { auth } = provider
  return auth ? { [auth.header.toLowerCase()]: auth.value } : {}
}

/** What describes the body of an answer; whom it comes from, and where else it could be had, stays here. */
const RETURNED: ReadonlySet<string> = new Set([
  'accept-ranges',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-length',
  'content-range',
  'content-type',
  'cache-control',
  'etag',
  'last-modified',
  'retry-after',
])

/** Whether a header of the answer goes to the client as it is. */
export function isPassedBack({ provider: { dialect }, uploads }: Passage, name: string): boolean {
  if (RETURNED.has(name) || (uploads && UPLOAD_ANSWERS.has(name))) return true
  return dialect !== 'http' && isReturned(dialect, name)
}
