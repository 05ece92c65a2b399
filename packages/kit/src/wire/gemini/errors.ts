import { defined } from '../defined.ts'
import { isObject, type JsonObject } from '../json.ts'
import type { ProviderError, ProviderErrorKind } from '../neutral/provider-error.ts'

/**
 * Errors of Google's APIs: `{ error: { code, message, status, details } }`, as a list of one where a JSON stream was asked
 * for. https://ai.google.dev/gemini-api/docs/troubleshooting, https://cloud.google.com/apis/design/errors
 */
export function readError(answered: number | undefined, body: unknown): ProviderError {
  const [first] = Array.isArray(body) ? body : [body]
  const error = isObject(first) && isObject(first.error) ? first.error : {}
  // Inside a stream that has begun, its own code is all there is.
  const status = answered ?? (typeof error.code === 'number' ? error.code : 500)
  const code = typeof error.status === 'string' ? error.status : undefined
  const message = typeof error.message === 'string' ? error.message : `The provider answered with ${status}.`
  const details = Array.isArray(error.details) ? error.details.filter(isObject) : []
  const param = fieldOf(details)
  const retryAfterMs = retryAfterOf(details)
  return {
    status,
    kind: kindOf({ status, code, message, details }),
    message,
    ...defined({ code, param, retryAfterMs }),
  }
}

interface Said {
  readonly status: number
  readonly code: string | undefined
  readonly message: string
  readonly details: readonly JsonObject[]
}

const TOO_LONG = /exceeds the maximum number of tokens|input token count/i

function kindOf(said: Said): ProviderErrorKind {
  const { status, code, message, details } = said
  // A wrong key is a bad argument to Google.
  if (details.some(({ reason }) => reason === 'API_KEY_INVALID')) return 'authentication'
  if (code === 'INVALID_ARGUMENT' && TOO_LONG.test(message)) return 'context_window'
  if (code === 'RESOURCE_EXHAUSTED') return isQuota(said) ? 'quota' : 'rate_limited'
  return BY_CODE.get(code ?? '') ?? BY_STATUS.get(status) ?? (status < 500 ? 'invalid_request' : 'server')
}

const BY_CODE: ReadonlyMap<string, ProviderErrorKind> = new Map([
  ['INVALID_ARGUMENT', 'invalid_request'],
  // No free tier in this country, or no billing: the request is fine, and its sender may not.
  ['FAILED_PRECONDITION', 'permission'],
  ['UNAUTHENTICATED', 'authentication'],
  ['PERMISSION_DENIED', 'permission'],
  ['NOT_FOUND', 'not_found'],
  ['UNAVAILABLE', 'overloaded'],
  ['DEADLINE_EXCEEDED', 'timeout'],
  ['INTERNAL', 'server'],
])

const BY_STATUS: ReadonlyMap<number, ProviderErrorKind> = new Map([
  [401, 'authentication'],
  [403, 'permission'],
  [404, 'not_found'],
  [408, 'timeout'],
  [413, 'too_large'],
  [429, 'rate_limited'],
  [503, 'overloaded'],
  [504, 'timeout'],
])

/** What is used up until tomorrow, or until somebody pays, does not come back with waiting. */
function isQuota({ details }: Said): boolean {
  const violations = details.flatMap(({ violations: found }) => (Array.isArray(found) ? found : []))
  return violations.some(
    (violation) => isObject(violation) && /PerDay|PerMonth/i.test(String(violation.quotaId)),
  )
}

function fieldOf(details: readonly JsonObject[]): string | undefined {
  const violations = details.flatMap(({ fieldViolations }) =>
    Array.isArray(fieldViolations) ? fieldViolations : [],
  )
  const [first] = violations
  return isObject(first) && typeof first.field === 'string' ? first.field : undefined
}

/** `RetryInfo.retryDelay`, seconds with an `s`: https://protobuf.dev/reference/protobuf/google.protobuf/#duration */
function retryAfterOf(details: readonly JsonObject[]): number | undefined {
  const said = details.find(({ retryDelay }) => typeof retryDelay === 'string')?.retryDelay
  const [, seconds] = /^(\d+(?:\.\d+)?)s$/.exec(String(said)) ?? []
  return seconds === undefined ? undefined : Math.ceil(Number(seconds) * 1_000)
}

const WRITTEN: Readonly<Record<ProviderErrorKind, readonly [status: number, code: string]>> = {
  invalid_request: [400, 'INVALID_ARGUMENT'],
  authentication: [401, 'UNAUTHENTICATED'],
  permission: [403, 'PERMISSION_DENIED'],
  not_found: [404, 'NOT_FOUND'],
  too_large: [413, 'INVALID_ARGUMENT'],
  context_window: [400, 'INVALID_ARGUMENT'],
  content_filter: [400, 'INVALID_ARGUMENT'],
  rate_limited: [429, 'RESOURCE_EXHAUSTED'],
  quota: [429, 'RESOURCE_EXHAUSTED'],
  overloaded: [503, 'UNAVAILABLE'],
  timeout: [504, 'DEADLINE_EXCEEDED'],
  server: [500, 'INTERNAL'],
}

/** The body that Google's SDKs raise an error from. */
export function writeError(
  error: ProviderError,
  requestId: string,
): { readonly status: number; readonly body: JsonObject } {
  const [status, code] = WRITTEN[error.kind]
  return {
    status,
    body: {
      error: { code: status, message: error.message, status: code, details: detailsOf(error, requestId) },
    },
  }
}

const TYPES = 'type.googleapis.com/google.rpc.'

function detailsOf({ param, retryAfterMs }: ProviderError, requestId: string): readonly JsonObject[] {
  return [
    { '@type': `${TYPES}RequestInfo`, requestId },
    ...(param === undefined ? [] : [{ '@type': `${TYPES}BadRequest`, fieldViolations: [{ field: param }] }]),
    ...(retryAfterMs === undefined
      ? []
      : [{ '@type': `${TYPES}RetryInfo`, retryDelay: `${retryAfterMs / 1_000}s` }]),
  ]
}
