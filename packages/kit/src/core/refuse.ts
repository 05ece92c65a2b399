import type { IncomingMessage, ServerResponse } from 'node:http'
import { peekContext } from './context.ts'
import { dialectOf } from './dialect.ts'
import { errorBody } from './error-body.ts'
import { ERRORS, type TollgateError } from './errors.ts'
import { dropHeld } from './tap.ts'

/** An error as the body that the client of this request expects, with the reference to give to support. */
export function errorBodyOf(req: IncomingMessage, error: TollgateError): object {
  return errorBody(dialectOf(req), error, peekContext(req)?.id ?? 'none')
}

/** A refusal or fault as an HTTP answer, before it is known what carries it. */
export interface ErrorAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** An error as the answer that carries it, around a body in the client's dialect: the only place that writes them. */
export function answerOf(error: TollgateError, errorBody: object): ErrorAnswer {
  const { retry } = ERRORS[error.code]
  const body = Buffer.from(JSON.stringify(errorBody))
  const headers: Record<string, string> = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(body.length),
    'x-should-retry': retry === 'yes' ? 'true' : 'false',
  }
  if (error.retryAfterMs !== undefined) {
    headers['retry-after'] = String(Math.ceil(error.retryAfterMs / 1000))
    if (retry === 'yes') headers['retry-after-ms'] = String(Math.ceil(error.retryAfterMs))
  }
  if (error.status === 401) headers['www-authenticate'] = 'Bearer'
  return { status: error.status, headers: { ...headers, ...error.headers }, body }
}

/**
 * Answer a request with a refusal or fault, in the dialect its client speaks. Once the head of an answer is out nothing
 * can be said in its stead: the connection is cut, so that a client never takes half an answer for a whole one.
 */
export function refuse(req: IncomingMessage, res: ServerResponse, error: TollgateError): void {
  const context = peekContext(req)
  if (context) context.answered = true
  dropHeld(res)
  if (res.headersSent) {
    res.destroy()
    return
  }
  const { status, headers, body } = answerOf(error, errorBodyOf(req, error))
  for (const name of ['content-encoding', 'transfer-encoding', 'etag', 'cache-control'])
    res.removeHeader(name)
  res.statusCode = status
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  res.end(body)
}
