import { TollgateError } from '../core/errors.ts'

/**
 * What is read on a request's way to tell who calls and what they may have: at once where it can be. What cannot be read
 * refuses: fails closed.
 *
 * @throws TollgateError `ledger_unavailable`, also by the promise that is answered; one that was thrown stays as it is.
 */
export function readable<T>(read: () => T): T {
  try {
    const answer = read()
    return answer instanceof Promise ? (answer.catch(unreadable) as T) : answer
  } catch (cause) {
    return unreadable(cause)
  }
}

function unreadable(cause: unknown): never {
  if (TollgateError.is(cause)) throw cause
  throw new TollgateError('ledger_unavailable', {
    cause,
    internal: `the directory could not be read: ${String(cause)}`,
  })
}
