import { tooLarge } from '../../core/body.ts'
import { TollgateError } from '../../core/errors.ts'
import { brokenOff, cutOff, providerFault } from '../../failover/faults.ts'
import type { Passage } from '../../wire/passage/passages.ts'
import { isRedirect } from './kept-answers.ts'

/** How an exchange with a provider failed. */
export type Failure =
  /** No connection: nothing was sent. */
  | { readonly how: 'unreachable'; readonly cause?: unknown }
  /** Nothing came for too long. */
  | { readonly how: 'timeout' }
  /** It closed the connection, before or in the middle of its answer. */
  | { readonly how: 'broken'; readonly cause?: unknown }
  /** Its answer is none for the client. */
  | { readonly how: 'refused'; readonly status: number }
  | { readonly how: 'too-large'; readonly maxBytes: number }
  /** The client did not wait. */
  | { readonly how: 'left' }
  /** This process did not, because it is ending. */
  | { readonly how: 'stopped' }

/** What a client that waits is told; never where the provider is, or what it says of a key that is the operator's. */
export function faultOf(passage: Passage, failure: Exclude<Failure, { how: 'left' }>): TollgateError {
  switch (failure.how) {
    case 'unreachable':
      return providerFault(passage, { kind: 'unreachable', cause: failure.cause })
    case 'timeout':
      return providerFault(passage, { kind: 'timeout' })
    case 'refused':
      return refusedFault(passage, failure.status)
    case 'too-large':
      return tooLarge(failure.maxBytes)
    case 'stopped':
      return cutOff()
    case 'broken':
      return brokenOff(passage, { cause: failure.cause })
  }
}

function refusedFault(passage: Passage, status: number): TollgateError {
  if (isRedirect(status)) {
    return new TollgateError('provider_error', {
      message: `${passage.provider.name} answered with a redirect, which is not followed. Ask your administrator.`,
    })
  }
  return providerFault(passage, { kind: status === 401 || status === 403 ? 'auth' : 'server', status })
}
