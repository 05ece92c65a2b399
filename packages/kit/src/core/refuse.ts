import type { IncomingMessage, ServerResponse } from 'node:http'
import { type ErrorBody, peekContext } from './context.ts'
import { ERRORS, type TollgateError } from './errors.ts'
import { dropHeld } from './tap.ts'

/** OpenAI's error object: https://platform.openai.com/docs/guides/error-codes */
const openaiErrorBody: ErrorBody = (error, requestId) => ({
  error: {
    message: `Tollgate: ${error.message} Ref ${requestId}.`,
    type: ERRORS[error.code].type,
    param: error.param ?? null,
    code: error.code,
  },
})

/** An error as the body that the client of this request expects, with the reference to give to support. */
export function errorBodyOf(req: IncomingMessage, error: TollgateError): object {
  const context = peekContext(req)
  return (context?.errorBody ?? openaiErrorBody)(error, context?.id ?? 'none')
}

/**
 * Answer a request with a refusal or fault, in the dialect its client speaks. The only place that writes error bodies.
 * Once the head of an answer is out nothing can be said in its stead: the connection is cut, so that a client never
 * takes half an answer for a whole one.
 */
export function refuse(req: IncomingMessage, res: ServerResponse, error: TollgateError): void {
  const context = peekContext(req)
  if (context) context.answered = true
  dropHeld(res)
  if (res.headersSent) {
    res.destroy()
    return
  }
  const body = Buffer.from(JSON.stringify(errorBodyOf(req, error)))
  for (const name of ['content-encoding', 'transfer-encoding', 'etag', 'cache-control'])
    res.removeHeader(name)
  res.statusCode = error.status
  res.setHeader('content-type', 'application/json; charset=utf-8')
  res.setHeader('content-length', body.length)
  res.setHeader('x-should-retry', ERRORS[error.code].retry === 'yes' ? 'true' : 'false')
  if (error.retryAfterMs !== undefined) {
    res.setHeader('retry-after', Math.ceil(error.retryAfterMs / 1000))
    if (ERRORS[error.code].retry === 'yes') res.setHeader('retry-after-ms', Math.ceil(error.retryAfterMs))
  }
  for (const [name, value] of Object.entries(error.headers)) res.setHeader(name, value)
  if (error.status === 401) res.setHeader('www-authenticate', 'Bearer')
  res.end(body)
}
