/**
 * Errors of a connection that never came to be. A reset or a time-out is not among them: it may come after the request.
 * Sources: https://nodejs.org/api/errors.html#common-system-errors and
 * https://github.com/nodejs/undici/blob/main/docs/docs/api/Errors.md
 */
const NO_CONNECTION: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/**
 * What Node's `fetch` says, without a code, of an address that it does not connect to. One that a redirect led there is
 * unsent as well: https://fetch.spec.whatwg.org/#port-blocking
 */
const NO_ADDRESS: ReadonlySet<string> = new Set(['bad port', 'unknown scheme'])

/** Whether a failed `fetch` is known to have sent nothing; unknown counts as sent. */
export function isUnsent(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause !== error && NO_ADDRESS.has(cause.message)) return true
    if (NO_CONNECTION.has((cause as NodeJS.ErrnoException).code)) return true
  }
  return false
}
