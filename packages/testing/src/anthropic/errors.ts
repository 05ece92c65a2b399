import type { Refusal } from '../behaviour.ts'
import type { SpokenError } from '../dialect.ts'

/** What each status is called: https://platform.claude.com/docs/en/api/errors */
const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

/** An error as Anthropic spells it. An overload has a status of its own, and an input that is too long words of its own. */
export function spokenError(refusal: Refusal, requestId?: string): SpokenError {
  const status = refusal.status === 503 ? 529 : refusal.status
  const type = TYPES[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error')
  const message = refusal.code === 'context_length_exceeded' ? TOO_LONG : refusal.message
  const reference = requestId === undefined ? {} : { request_id: requestId }
  return { status, text: JSON.stringify({ type: 'error', error: { type, message }, ...reference }) }
}

const TOO_LONG = 'prompt is too long: 200001 tokens > 200000 maximum'

export function invalid(message: string): Refusal {
  return { status: 400, message }
}

export const invalidKey: Refusal = { status: 401, message: 'invalid x-api-key' }

export function notFound(what: string): Refusal {
  return { status: 404, message: what }
}
