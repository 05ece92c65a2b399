/**
 * Whether an answer stays here. A redirect would tell where the provider is, and lead past every budget; 401 and 403 are
 * about the operator's key; and what servers say of their own faults may be a page with their address.
 */
export function isKept(status: number): boolean {
  return isRedirect(status) || status === 401 || status === 403 || status >= 500
}

/** 304 leads nowhere else: what the client has is still right. */
export function isRedirect(status: number): boolean {
  return status >= 300 && status <= 399 && status !== 304
}

/**
 * Whether an answer that is kept may have been paid for: 303 says that something was done; 502 and 504 are said by
 * whatever stands before a provider, when it has lost what that was doing.
 */
export function mayHaveBought(status: number): boolean {
  return status === 303 || status === 502 || status === 504
}
