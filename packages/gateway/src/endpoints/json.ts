import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBody, TollgateError } from '@tollgate/kit/core'

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

/** The body of a request, which is JSON whatever it is called. @throws TollgateError `invalid_request` when it is none, or 413. */
export async function readJson(req: IncomingMessage, maxBytes: number): Promise<unknown> {
  const bytes = await readBody(req, maxBytes)
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    throw new TollgateError('invalid_request', { message: 'The body is not valid JSON.' })
  }
}

/** The query of a request. */
export function queryOf({ url = '/' }: IncomingMessage): URLSearchParams {
  const mark = url.indexOf('?')
  return new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1))
}
