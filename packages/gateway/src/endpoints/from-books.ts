import { TollgateError } from '@tollgate/kit/core'

/**
 * What the books answer, and the directory beside them.
 *
 * @throws TollgateError `ledger_unavailable` (503) while they do not answer; why is for the operator alone.
 */
export async function fromBooks<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (cause) {
    if (TollgateError.is(cause)) throw cause
    throw new TollgateError('ledger_unavailable', { cause, internal: String(cause), retryAfterMs: 1000 })
  }
}
