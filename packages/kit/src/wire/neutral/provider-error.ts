/** A provider's refusal or fault, in no dialect. Its text is the provider's own, and public. */
export interface ProviderError {
  readonly status: number
  readonly kind: ProviderErrorKind
  readonly message: string
  /** The provider's own code or type of it, as it came. */
  readonly code?: string
  /** The field of the request that is at fault, in the provider's spelling. */
  readonly param?: string
  /** When it may be tried again, where the body says so, ms. */
  readonly retryAfterMs?: number
}

/**
 * What is wrong, as far as a policy may depend on it: a larger model helps where the window is too small, another provider
 * where a filter has struck.
 */
export type ProviderErrorKind =
  | 'invalid_request'
  | 'authentication'
  | 'permission'
  | 'not_found'
  | 'too_large'
  | 'context_window'
  | 'content_filter'
  | 'rate_limited'
  | 'quota'
  | 'overloaded'
  | 'timeout'
  | 'server'

/** A stream that stops in the middle: SDKs would take what came for all of it. */
export const BROKEN_OFF: ProviderError = {
  status: 502,
  kind: 'server',
  message: 'The provider’s stream broke off before the answer was complete.',
}

/** The most that is read of an error's body, bytes. */
export const MAX_ERROR_BYTES: number = 64 * 1024
