import type { Refusal } from '../behaviour.ts'
import type { SpokenError } from '../dialect.ts'

/** What each status is called: https://ai.google.dev/gemini-api/docs/troubleshooting */
const CODES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
}

const TYPES = 'type.googleapis.com/google.rpc.'

/** An error as Google spells it: how long to wait stands in its details, and an input that is too long has words of its own. */
export function spokenError({ status, message, code, headers }: Refusal): SpokenError {
  const seconds = headers?.['retry-after']
  const details = [
    ...(code === WRONG_KEY
      ? [{ '@type': `${TYPES}ErrorInfo`, reason: WRONG_KEY, domain: 'googleapis.com' }]
      : []),
    ...(seconds === undefined ? [] : [{ '@type': `${TYPES}RetryInfo`, retryDelay: `${seconds}s` }]),
  ]
  const error = {
    code: status,
    message: code === 'context_length_exceeded' ? TOO_LONG : message,
    status: CODES[status] ?? (status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL'),
    ...(details.length > 0 ? { details } : {}),
  }
  return { status, text: JSON.stringify({ error }) }
}

const TOO_LONG = 'The input token count (1048577) exceeds the maximum number of tokens allowed (1048576).'
const WRONG_KEY = 'API_KEY_INVALID'

export function invalid(message: string): Refusal {
  return { status: 400, message }
}

export const invalidKey: Refusal = {
  status: 400,
  message: 'API key not valid. Please pass a valid API key.',
  code: WRONG_KEY,
}

export const missingKey: Refusal = {
  status: 403,
  message:
    "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
}

export function notFound(what: string): Refusal {
  return { status: 404, message: what }
}
