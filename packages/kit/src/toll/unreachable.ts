import { TollgateError } from '../core/errors.ts'

/** The books do not answer: the request is refused, since what they would have said is not known. */
export function unreachable(cause: unknown): TollgateError {
  return new TollgateError('ledger_unavailable', {
    cause,
    retryAfterMs: 1000,
    internal: `The books did not answer: ${String(cause)}`,
  })
}
