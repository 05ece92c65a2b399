import type { IncomingHttpHeaders } from 'node:http'
import type { Dialect } from '../core/dialect.ts'
import { parseJson } from '../core/json-object.ts'
import type { ProviderErrorKind } from '../wire/neutral/provider-error.ts'
import { readProviderError } from '../wire/provider-errors.ts'
import type { Failure, FailureKind } from './failure.ts'
import { retryAfterOf } from './retry-after.ts'

/** An answer that is no success, as it came. */
export interface RefusedAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** As much of it as is read of an error. */
  readonly body: Buffer
  readonly dialect: Dialect
}

const KINDS: Readonly<Record<ProviderErrorKind, FailureKind>> = {
  invalid_request: 'caller',
  authentication: 'auth',
  permission: 'auth',
  not_found: 'model_not_found',
  too_large: 'caller',
  context_window: 'context_window',
  content_filter: 'content_filter',
  rate_limited: 'rate_limited',
  quota: 'quota',
  overloaded: 'overloaded',
  timeout: 'server',
  server: 'server',
}

/** What a provider's refusal means, by its status, its headers and what its dialect says in the body. */
export function failureOfAnswer({ status, headers, body, dialect }: RefusedAnswer, nowMs: number): Failure {
  const error = readProviderError(dialect, status, parseJson(body.toString('utf8')))
  const retryAfterMs = retryAfterOf(headers, nowMs) ?? error.retryAfterMs
  return {
    kind: kindOf(status, error.kind),
    status,
    // What an error inside a 2xx has cost is not said; a status that refuses has generated nothing.
    paid: status < 300,
    ...(error.code === undefined && error.message === '' ? {} : { publicText: error.message.slice(0, 500) }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(headers['x-should-retry'] === 'false' ? { final: true } : {}),
  }
}

function kindOf(status: number, said: ProviderErrorKind): FailureKind {
  const kind = KINDS[said]
  if (status < 300) return kind === 'caller' ? 'malformed' : kind
  // Nobody follows it with a key in hand: that provider is not where its callers think it is.
  if (status < 400) return 'server'
  if (status === 409) return 'conflict'
  // A status outranks words that would make a provider's own fault the caller's.
  if (status >= 500 && kind === 'caller') return 'server'
  return kind
}

/** A call that ended without a status: by whether the provider had any of it, and looked at that. */
export function failureOfTransport(cause: unknown, sent: boolean): Failure {
  const isTaken = sent && !isTurnedAway(cause)
  return { kind: isTaken ? 'broken' : 'unreachable', paid: isTaken, cause }
}

/**
 * A server of HTTP/2 that refuses a stream promises that it has done nothing with it; Node says so in words alone.
 * https://www.rfc-editor.org/rfc/rfc9113#section-8.7
 */
function isTurnedAway(cause: unknown): boolean {
  return cause instanceof Error && cause.message.includes('NGHTTP2_REFUSED_STREAM')
}
