/**
 * Every refusal and fault that Tollgate can answer with, and what a client's retry logic is told about it. Each code has
 * a section of its own in `docs/reference/errors.md`.
 */
export const ERRORS = {
  invalid_request: {
    status: 400,
    type: 'invalid_request_error',
    retry: 'no',
    text: 'The request is not valid.',
  },
  price_unknown: {
    status: 400,
    type: 'invalid_request_error',
    retry: 'no',
    text: 'What this request may cost is not known, and a budget in USD stands over it.',
  },
  invalid_api_key: {
    status: 401,
    type: 'invalid_request_error',
    retry: 'no',
    text: 'This key is not valid. Send a virtual key as `Authorization: Bearer …`, and ask your administrator for one if yours has stopped working.',
  },
  model_not_allowed: {
    status: 403,
    type: 'permission_error',
    retry: 'no',
    text: 'Your tier does not include this model.',
  },
  endpoint_not_allowed: {
    status: 403,
    type: 'permission_error',
    retry: 'no',
    text: 'Your tier does not include this endpoint.',
  },
  cap_exceeded: {
    status: 403,
    type: 'permission_error',
    retry: 'no',
    text: 'This is more than one request of yours may be.',
  },
  permission_denied: {
    status: 403,
    type: 'permission_error',
    retry: 'no',
    text: 'Your role does not allow this.',
  },
  model_not_found: {
    status: 404,
    type: 'invalid_request_error',
    retry: 'no',
    text: 'No provider serves this model.',
  },
  endpoint_not_found: {
    status: 404,
    type: 'invalid_request_error',
    retry: 'no',
    text: 'There is nothing at this address.',
  },
  not_found: {
    status: 404,
    type: 'invalid_request_error',
    retry: 'no',
    text: 'There is no such thing here.',
  },
  method_not_allowed: { status: 405, type: 'invalid_request_error', retry: 'no', text: 'Use POST here.' },
  conflict: {
    status: 409,
    type: 'invalid_request_error',
    retry: 'no',
    text: 'Something else stands in the way.',
  },
  read_only: {
    status: 409,
    type: 'invalid_request_error',
    retry: 'no',
    text: 'The config file owns this: change it there.',
  },
  precondition_failed: {
    status: 412,
    type: 'invalid_request_error',
    retry: 'no',
    text: 'It has been changed since you read it. Read it again.',
  },
  request_too_large: {
    status: 413,
    type: 'invalid_request_error',
    retry: 'no',
    text: 'The request body is too large.',
  },
  unsupported_media_type: {
    status: 415,
    type: 'invalid_request_error',
    retry: 'no',
    text: 'Send the body as application/json in UTF-8.',
  },
  rate_limited: { status: 429, type: 'rate_limit_error', retry: 'yes', text: 'Too many requests.' },
  auth_throttled: {
    status: 429,
    type: 'rate_limit_error',
    retry: 'no',
    text: 'Too many requests from your address carried a credential that is not valid. Send a good one after the time in retry-after.',
  },
  budget_exceeded: { status: 429, type: 'insufficient_quota', retry: 'no', text: 'The budget is used up.' },
  budget_reserved: {
    status: 429,
    type: 'insufficient_quota',
    retry: 'yes',
    text: 'Running requests hold what is left of the budget.',
  },
  runaway_loop: {
    status: 429,
    type: 'rate_limit_error',
    retry: 'no',
    text: 'The same request keeps coming back.',
  },
  misassembled: {
    status: 500,
    type: 'server_error',
    retry: 'no',
    text: 'This service is assembled wrongly, and refuses rather than serve unguarded. Its log says what to change.',
  },
  internal_error: {
    status: 500,
    type: 'server_error',
    retry: 'no',
    text: 'Something went wrong in this service.',
  },
  provider_error: {
    status: 502,
    type: 'server_error',
    retry: 'yes',
    text: 'The provider answered with an error.',
  },
  provider_unavailable: {
    status: 503,
    type: 'server_error',
    retry: 'yes',
    text: 'The provider cannot be reached.',
  },
  ledger_unavailable: {
    status: 503,
    type: 'server_error',
    retry: 'yes',
    text: 'The books cannot be reached just now, so nothing may be spent. Try again shortly.',
  },
  identity_unavailable: {
    status: 503,
    type: 'server_error',
    retry: 'yes',
    text: 'Who you are cannot be verified just now, so nothing may be spent. Try again shortly.',
  },
  provider_timeout: {
    status: 504,
    type: 'server_error',
    retry: 'yes',
    text: 'The provider did not answer in time.',
  },
  not_cached: {
    status: 504,
    type: 'invalid_request_error',
    retry: 'no',
    text: 'Only a cached answer was asked for, and there is none.',
  },
} as const satisfies Record<string, ErrorEntry>

interface ErrorEntry {
  readonly status: number
  /** OpenAI's `error.type`; other dialects map from the code. */
  readonly type: string
  /** What `x-should-retry` says. */
  readonly retry: 'yes' | 'no'
  readonly text: string
}

export type ErrorCode = keyof typeof ERRORS

export interface TollgateErrorOptions {
  /** One or more sentences; the table's text when absent. The client reads it, unless `publicMessage` is given. */
  readonly message?: string
  /** What the client reads instead. */
  readonly publicMessage?: string
  /** What only the log may read. */
  readonly internal?: string
  readonly cause?: unknown
  /** Another status than the table's (`budget_status: 402`, a provider's own). */
  readonly status?: number
  /** Sent as `retry-after` (seconds, rounded up) and `retry-after-ms`. */
  readonly retryAfterMs?: number
  /** The field of the request that is at fault, in the client's own spelling. */
  readonly param?: string
  readonly headers?: Readonly<Record<string, string>>
}

const BRAND = Symbol.for('tollgate.error')

/**
 * A refusal or fault on its way to the client. `publicMessage` is for the client, the rest for the log.
 *
 * Match on `code`, or with `TollgateError.is(e)`, which holds across two copies of this package in one process.
 */
export class TollgateError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'TollgateError'
  readonly code: Code
  readonly status: number
  /** What a client is told. */
  readonly publicMessage: string
  /** What only the log may read. */
  readonly internal: string | undefined
  readonly retryAfterMs: number | undefined
  readonly param: string | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(code: Code, options: TollgateErrorOptions = {}) {
    super(
      options.message ?? ERRORS[code].text,
      options.cause === undefined ? undefined : { cause: options.cause },
    )
    this.code = code
    this.status = options.status ?? ERRORS[code].status
    this.publicMessage = options.publicMessage ?? this.message
    this.internal = options.internal
    this.retryAfterMs = options.retryAfterMs
    this.param = options.param
    this.headers = options.headers ?? {}
    Object.defineProperty(this, BRAND, { value: true })
  }

  static is(value: unknown): value is AnyTollgateError {
    return typeof value === 'object' && value !== null && BRAND in value
  }
}

/** Every code with its own literal type, so that `switch (error.code)` narrows. */
export type AnyTollgateError = { [Code in ErrorCode]: TollgateError<Code> }[ErrorCode]

/**
 * A programmer's mistake in how stages are put together: thrown at assembly, answered as 500 at the first request. Its
 * message is the cure, for the programmer; a client is told only that there is one.
 */
export function misassembled(sentence: string): TollgateError<'misassembled'> {
  return new TollgateError('misassembled', { message: sentence, publicMessage: ERRORS.misassembled.text })
}
