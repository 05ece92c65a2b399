/** A path that all readers read alike, and the query behind it. */
export interface PlainPath {
  /** Begins with a slash, and ends in none. */
  readonly path: string
  /** With its question mark; empty where there is none. */
  readonly query: string
}

/** What a segment may have as it is: RFC 3986's `pchar`, but for `;`, which some servers cut off with what follows it. */
const PLAIN = /^[\w.~!$&'()*+,=:@-]+$/
const ESCAPES = /%[0-9a-f]{2}/gi
/** A character that needs no escape, one that would end or climb out of a segment, and an escape of an escape. */
const TELLING = /[\w.~\-/\\;%?#]|[\x00-\x1f\x7f]/
const QUERY = /^[\x21\x23-\x5b\x5d-\x7e]*$/
/**
 * Where some providers take a credential, which would be the client's own, or what overrules the headers and the method that
 * were governed: https://cloud.google.com/apis/docs/system-parameters,
 * https://learn.microsoft.com/azure/api-management/api-management-subscriptions#use-a-subscription-key.
 */
const OVERRULING: ReadonlySet<string> = new Set([
  'key',
  'api_key',
  'api-key',
  'apikey',
  'access_token',
  'oauth_token',
  'bearer_token',
  'subscription-key',
  '$apikey',
  '$key',
  '$userproject',
  '$httpmethod',
  '$httpheaders',
])

/**
 * Read the path and query of a URL; undefined for one that two servers may understand differently (`//`, `..`, an encoded
 * slash, an absolute URL, a fragment), or that carries a credential or another method. What is governed must be what the provider serves.
 */
export function plainPath(url: string): PlainPath | undefined {
  const mark = url.indexOf('?')
  const path = mark === -1 ? url : url.slice(0, mark)
  const query = mark === -1 ? '' : url.slice(mark)
  const [root, ...segments] = path.split('/')
  if (root !== '' || segments.length === 0 || !segments.every(isPlain)) return undefined
  return isPlainQuery(query) ? { path, query } : undefined
}

function isPlain(segment: string): boolean {
  if (/^\.+$/.test(segment) || !PLAIN.test(segment.replace(ESCAPES, '_'))) return false
  return (segment.match(ESCAPES) ?? []).every((escaped) => !TELLING.test(characterOf(escaped)))
}

/** Bytes above ASCII are parts of a character, and stand for nothing by themselves. */
function characterOf(escaped: string): string {
  return String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
}

function isPlainQuery(query: string): boolean {
  if (!QUERY.test(query)) return false
  return [...new URLSearchParams(query).keys()].every((name) => !OVERRULING.has(name.toLowerCase()))
}
