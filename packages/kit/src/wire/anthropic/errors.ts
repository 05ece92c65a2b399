import { defined } from '../defined.ts'
import { isObject, type JsonObject } from '../json.ts'
import type { ProviderError, ProviderErrorKind } from '../neutral/provider-error.ts'

/** What each type of error means, and the status it comes with: https://platform.claude.com/docs/en/api/errors */
const TYPES: Readonly<Record<string, { readonly kind: ProviderErrorKind; readonly status: number }>> = {
  invalid_request_error: { kind: 'invalid_request', status: 400 },
  authentication_error: { kind: 'authentication', status: 401 },
  billing_error: { kind: 'quota', status: 402 },
  permission_error: { kind: 'permission', status: 403 },
  not_found_error: { kind: 'not_found', status: 404 },
  conflict_error: { kind: 'invalid_request', status: 409 },
  request_too_large: { kind: 'too_large', status: 413 },
  rate_limit_error: { kind: 'rate_limited', status: 429 },
  api_error: { kind: 'server', status: 500 },
  timeout_error: { kind: 'timeout', status: 504 },
  overloaded_error: { kind: 'overloaded', status: 529 },
}

/** Errors of one type that a policy must tell apart, by what their message or their code says. */
const TOLD_APART: readonly (readonly [pattern: RegExp, kind: ProviderErrorKind])[] = [
  // The second as Bedrock says it of Claude.
  [/prompt is too long|input is too long|context (?:window|limit)/i, 'context_window'],
  [/content filtering policy/i, 'content_filter'],
  [/credit balance is too low|usage limits|spend[ _]limit/i, 'quota'],
]

/** @param status The answer's own, or undefined for an error inside a stream, whose type tells it. */
export function readError(status: number | undefined, body: unknown): ProviderError {
  const error = isObject(body) && isObject(body.error) ? body.error : {}
  const type = typeof error.type === 'string' ? error.type : undefined
  const known = (type === undefined ? undefined : TYPES[type]) ?? typeAt(status ?? 500)
  const message = typeof error.message === 'string' ? error.message : 'The provider gave no reason.'
  const details = isObject(error.details) ? error.details : {}
  const code = typeof details.error_code === 'string' ? details.error_code : type
  const param = FIELD.exec(message)?.[1]
  return {
    status: status ?? known.status,
    kind: kindOf(known.kind, `${code}: ${message}`),
    message,
    ...defined({ code }),
    ...(known.kind === 'invalid_request' && param !== undefined ? { param } : {}),
  }
}

/** Messages about a field begin with it: `messages.0.content: …`, `max_tokens: …`. */
const FIELD = /^([a-z_]+(?:\.[\w-]+)*): /

function typeAt(status: number): { readonly kind: ProviderErrorKind; readonly status: number } {
  const found = Object.values(TYPES).find((type) => type.status === status)
  return found ?? { kind: status < 500 ? 'invalid_request' : 'server', status }
}

function kindOf(kind: ProviderErrorKind, said: string): ProviderErrorKind {
  if (kind !== 'invalid_request' && kind !== 'rate_limited') return kind
  return TOLD_APART.find(([pattern]) => pattern.test(said))?.[1] ?? kind
}

const TYPE_OF: Readonly<Record<ProviderErrorKind, string>> = {
  invalid_request: 'invalid_request_error',
  authentication: 'authentication_error',
  permission: 'permission_error',
  not_found: 'not_found_error',
  too_large: 'request_too_large',
  context_window: 'invalid_request_error',
  content_filter: 'invalid_request_error',
  rate_limited: 'rate_limit_error',
  quota: 'billing_error',
  overloaded: 'overloaded_error',
  timeout: 'timeout_error',
  server: 'api_error',
}

/** The status is that of Anthropic's type, which its SDKs choose their error class and their retries by. */
export function writeError(
  { kind, message }: ProviderError,
  requestId: string,
): { readonly status: number; readonly body: JsonObject } {
  const type = TYPE_OF[kind]
  const error = { type, message: kind === 'context_window' ? tooLong(message) : message }
  const body = { type: 'error', error, request_id: requestId }
  return { status: TYPES[type]!.status, body }
}

/** There is no type for this: coding agents shorten their conversation when they find these words, and LangChain tells it apart by them. */
function tooLong(message: string): string {
  return /prompt is too long/i.test(message) ? message : `prompt is too long: ${message}`
}
