import type { IncomingHttpHeaders } from 'node:http'

/**
 * Headers of which one came several times, as the one that they mean together: whoever reads them expects a text.
 * https://www.rfc-editor.org/rfc/rfc9110#section-5.3
 */
export function joinedHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  let joined: IncomingHttpHeaders | undefined
  for (const name in headers) {
    const value = headers[name]
    if (!Array.isArray(value)) continue
    joined ??= { ...headers }
    joined[name] = value.join(', ')
  }
  return joined ?? headers
}
