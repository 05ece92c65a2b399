import type { IncomingMessage, ServerResponse } from 'node:http'
import { TollgateError } from './errors.ts'
import { refuse } from './refuse.ts'
import type { Next } from './stage.ts'
import { warn } from './warn.ts'

/** A body parser's errors, as body-parser marks them: https://github.com/expressjs/body-parser#errors */
const PARSER_ERRORS: Readonly<Record<string, TollgateError>> = {
  'entity.parse.failed': new TollgateError('invalid_request', { message: 'The body is not valid JSON.' }),
  'entity.too.large': new TollgateError('request_too_large'),
  'encoding.unsupported': new TollgateError('unsupported_media_type'),
  'charset.unsupported': new TollgateError('unsupported_media_type'),
}

const UNDECODABLE = new TollgateError('invalid_request', {
  message: 'The address has a percent sign that escapes no character.',
})

/**
 * The last `app.use`: answers the faults of other handlers in the client's dialect, and tells it nothing of their text.
 * `onFault` gets what the log should have.
 */
export const tollgateErrors = ({ onFault = warnOf }: { onFault?: (fault: unknown) => void } = {}) =>
  function tollgateErrors(error: unknown, req: IncomingMessage, res: ServerResponse, _next: Next): void {
    if (TollgateError.is(error)) return refuse(req, res, error as TollgateError)
    const known = PARSER_ERRORS[(error as { type?: string } | undefined)?.type ?? '']
    if (known) return refuse(req, res, known)
    // A router could not decode the parameters of an address. That is its sender's fault, and nothing that a log should
    // have.
    if (error instanceof URIError) return refuse(req, res, UNDECODABLE)
    onFault(error)
    refuse(req, res, new TollgateError('internal_error', { cause: error }))
  }

function warnOf(fault: unknown): void {
  warn('TOLLGATE_FAULT', fault instanceof Error ? (fault.stack ?? fault.message) : String(fault))
}
