import type { IncomingMessage, ServerResponse } from 'node:http'

/** Answer with JSON; nothing that this gateway says of its callers may be kept by a cache on the way. */
export function sendJson(res: ServerResponse, body: object, status = 200): void {
  const bytes = Buffer.from(JSON.stringify(body))
  res.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': bytes.length,
    'cache-control': 'no-store',
  })
  res.end(bytes)
}

/** The query of a request. */
export function queryOf({ url = '/' }: IncomingMessage): URLSearchParams {
  const mark = url.indexOf('?')
  return new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1))
}
