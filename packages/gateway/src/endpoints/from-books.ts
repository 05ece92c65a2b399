import { TollgateError } from '@tollgate/kit/core'

/**
 * What the books, or the directory beside them, answer.
 *
 * @throws TollgateError `ledger_unavailable` (503) while they do not answer; only the operator is told why.
 */
export async function fromBooks<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (cause) {
    if (TollgateError.is(cause)) throw cause
    throw new TollgateError('ledger_unavailable', { cause, internal: String(cause), retryAfterMs: 1000 })
  }
}
