import { defined } from '../defined.ts'
import { isObject, type JsonObject } from '../json.ts'
import type { ProviderError, ProviderErrorKind } from '../neutral/provider-error.ts'

/** What OpenAI's codes and types mean: https://platform.openai.com/docs/guides/error-codes */
const KIND_BY_CODE: ReadonlyMap<string, ProviderErrorKind> = new Map([
  ['context_length_exceeded', 'context_window'],
  ['content_policy_violation', 'content_filter'],
  ['content_filter', 'content_filter'],
  ['image_content_policy_violation', 'content_filter'],
  ['bio_policy', 'content_filter'],
  ['insufficient_quota', 'quota'],
  ['billing_hard_limit_reached', 'quota'],
  ['rate_limit_exceeded', 'rate_limited'],
  ['invalid_api_key', 'authentication'],
  ['model_not_found', 'not_found'],
  ['server_is_overloaded', 'overloaded'],
])

const KIND_BY_STATUS: ReadonlyMap<number, ProviderErrorKind> = new Map([
  [401, 'authentication'],
  [402, 'quota'],
  [403, 'permission'],
  [404, 'not_found'],
  [408, 'timeout'],
  [413, 'too_large'],
  [429, 'rate_limited'],
  [503, 'overloaded'],
  [504, 'timeout'],
  [529, 'overloaded'],
])

/** Providers of this dialect have this in common where their codes differ. */
const TOO_LONG = /context (?:length|window)|maximum context|prompt is too long/i

/** Read an error's body: OpenAI's `{error: {message, type, param, code}}`, or what others who speak its dialect send. */
export function readError(status: number, body: unknown): ProviderError {
  const found = errorIn(Array.isArray(body) ? body[0] : body)
  const code = textOf(found.code) ?? textOf(found.type)
  const message = textOf(found.message) ?? `The provider answered with status ${status}.`
  return {
    status,
    kind: kindOf(status, found, message),
    message,
    ...defined({ code, param: textOf(found.param) }),
  }
}

function errorIn(body: unknown): JsonObject {
  if (!isObject(body)) return typeof body === 'string' && body !== '' ? { message: body } : {}
  const { error, detail } = body
  if (isObject(error)) return error
  if (typeof error === 'string') return { message: error }
  return typeof detail === 'string' ? { message: detail } : body
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function kindOf(status: number, { code, type }: JsonObject, message: string): ProviderErrorKind {
  for (const word of [code, type]) {
    const kind = typeof word === 'string' ? KIND_BY_CODE.get(word) : undefined
    if (kind) return kind
  }
  if (status < 500 && TOO_LONG.test(message)) return 'context_window'
  return KIND_BY_STATUS.get(status) ?? (status >= 500 ? 'server' : 'invalid_request')
}

/** How OpenAI itself would say it: `type`, and the `code` that its clients look for. */
const WORDS: Readonly<
  Record<ProviderErrorKind, readonly [status: number, type: string, code: string | null]>
> = {
  invalid_request: [400, 'invalid_request_error', null],
  authentication: [401, 'invalid_request_error', 'invalid_api_key'],
  permission: [403, 'permission_error', null],
  not_found: [404, 'invalid_request_error', 'model_not_found'],
  too_large: [413, 'invalid_request_error', null],
  context_window: [400, 'invalid_request_error', 'context_length_exceeded'],
  content_filter: [400, 'invalid_request_error', 'content_filter'],
  rate_limited: [429, 'rate_limit_error', 'rate_limit_exceeded'],
  quota: [429, 'insufficient_quota', 'insufficient_quota'],
  overloaded: [503, 'server_error', 'server_is_overloaded'],
  timeout: [504, 'server_error', null],
  server: [500, 'server_error', 'server_error'],
}

/** An error's body for a client that speaks OpenAI's dialect. The status is the one that OpenAI has for its kind. */
export function writeError(error: ProviderError): {
  readonly status: number
  readonly body: JsonObject
} {
  const { kind, param } = error
  const [status, type] = WORDS[kind]
  const message = kind === 'context_window' ? tooLong(error.message) : error.message
  return { status, body: { error: { message, type, param: param ?? null, code: openAiCode(error) } } }
}

/** Who does not look at the code looks for these words, LangChain among them. */
function tooLong(message: string): string {
  return /maximum context length/i.test(message)
    ? message
    : `This model's maximum context length is exceeded: ${message}`
}

export function openAiCode({ kind, code }: ProviderError): string | null {
  return WORDS[kind][2] ?? code ?? null
}
