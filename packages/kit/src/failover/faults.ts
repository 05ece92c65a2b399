import { type ErrorCode, TollgateError } from '../core/errors.ts'
import type { Failure } from './failure.ts'

/** Whoever was asked: a deployment, or where a request was passed through to. */
interface Asked {
  readonly provider: { readonly name: string }
}

/** What the client is told when nobody answered: the last one's public words, never its headers or keys. */
export function providerFault({ provider }: Asked, failure: Omit<Failure, 'paid'>): TollgateError {
  return new TollgateError(codeOf(failure), {
    message: sentence(provider.name, failure),
    ...causeOf(failure),
    ...(failure.retryAfterMs === undefined ? {} : { retryAfterMs: failure.retryAfterMs }),
  })
}

/** The provider broke off an answer that had begun, or did not go on with it. */
export function brokenOff({ provider }: Asked, failure: Pick<Failure, 'late' | 'cause'> = {}): TollgateError {
  const late = failure.late !== undefined
  return new TollgateError(late ? 'provider_timeout' : 'provider_error', {
    message: late
      ? `${provider.name} did not go on with its answer in time.`
      : `${provider.name} broke off before its answer was complete.`,
    ...causeOf(failure),
  })
}

/** All the time that the request had was over before anybody had failed it. */
export function outOfTime(): TollgateError {
  return new TollgateError('provider_timeout', { message: 'No provider answered in time.' })
}

/** This process is ending, and has cut the call off. */
export function cutOff(): TollgateError {
  return new TollgateError('ledger_unavailable', {
    message: 'This gateway is stopping, and did not wait for the end of the answer. Try again.',
    retryAfterMs: 1000,
    headers: { connection: 'close' },
  })
}

/** Whoever could serve it has as much to do as it is allowed to, and so many wait for it. */
export function noRoom({ provider }: Asked): TollgateError {
  return new TollgateError('provider_unavailable', {
    message: `${provider.name} has as many calls from here as it is given at once. Try again in a moment.`,
    retryAfterMs: 1000,
  })
}

/** For the operator; a client never sees it. */
function causeOf({ cause }: Pick<Failure, 'cause'>) {
  return cause === undefined ? {} : { cause, internal: String(cause) }
}

function codeOf({ kind }: Pick<Failure, 'kind'>): ErrorCode {
  if (kind === 'unreachable') return 'provider_unavailable'
  return kind === 'timeout' ? 'provider_timeout' : 'provider_error'
}

function sentence(provider: string, { kind, status, publicText }: Omit<Failure, 'paid'>): string {
  if (kind === 'unreachable') return `${provider} cannot be reached.`
  if (kind === 'timeout') return `${provider} did not answer in time.`
  // Its complaint about a key is about the gateway's own, and for the operator alone.
  if (kind === 'auth') return `${provider} did not accept this gateway. Ask your administrator.`
  if (kind === 'broken')
    return `${provider} closed the connection without an answer, or before all of it had come.`
  if (status === undefined) return `${provider} gave no answer.`
  if (kind === 'empty') return `${provider} answered ${status} with nothing in it.`
  if (publicText) return `${provider} answered ${status}: ${publicText}`
  return kind === 'malformed'
    ? `${provider} answered ${status} with something that is no answer.`
    : `${provider} answered ${status}.`
}
