import { type ErrorCode, TollgateError } from '../../core/errors.ts'
import type { Deployment } from '../../wire/routes.ts'
import type { Failure } from './failure.ts'

/** What the client is told when no deployment answered: the last one's public words, never its headers or keys. */
export function providerFault({ provider }: Deployment, failure: Failure): TollgateError {
  const code = codeOf(failure)
  return new TollgateError(code, {
    message: sentence(provider.name, failure),
    ...(failure.cause === undefined ? {} : { cause: failure.cause, internal: String(failure.cause) }),
    ...(failure.retryAfterMs === undefined ? {} : { retryAfterMs: failure.retryAfterMs }),
  })
}

/** The provider broke off an answer that had begun. */
export function brokenOff({ provider }: Deployment): TollgateError {
  return new TollgateError('provider_error', {
    message: `${provider.name} broke off before its answer was complete.`,
  })
}

/** This process is ending, and has cut the call off. */
export function cutOff(): TollgateError {
  return new TollgateError('ledger_unavailable', {
    message: 'This gateway is stopping, and did not wait for the end of the answer. Try again.',
    retryAfterMs: 1000,
    headers: { connection: 'close' },
  })
}

function codeOf({ outcome }: Failure): ErrorCode {
  if (outcome === 'unreachable') return 'provider_unavailable'
  return outcome === 'timeout' ? 'provider_timeout' : 'provider_error'
}

function sentence(provider: string, { outcome, status, publicText }: Failure): string {
  if (outcome === 'unreachable') return `${provider} cannot be reached.`
  if (outcome === 'timeout') return `${provider} did not answer in time.`
  if (status === undefined) return `${provider} closed the connection without an answer.`
  // Its complaint about a key is about the gateway's own, and for the operator alone.
  if (status === 401 || status === 403)
    return `${provider} did not accept this gateway. Ask your administrator.`
  return publicText ? `${provider} answered ${status}: ${publicText}` : `${provider} answered ${status}.`
}
