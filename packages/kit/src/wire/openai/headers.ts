import type { IncomingHttpHeaders } from 'node:http'
import type { Provider } from '../routes.ts'

/**
 * The client's headers that mean something to a provider of this dialect. All others stay here: credentials, cookies,
 * addresses, and `openai-organization` and `openai-project`, which would choose whose quota is used. So does
 * `idempotency-key`: to the provider all tenants are one account, and where two of them chose the same key, one would be
 * answered with the other's answer.
 */
const FORWARDED = ['accept', 'user-agent', 'openai-beta', 'traceparent', 'tracestate'] as const

/** The provider's headers that mean something to a client; its rate limits are the operator's, not the caller's. */
const RETURNED: ReadonlySet<string> = new Set([
  'content-type',
  'cache-control',
  'openai-version',
  'openai-processing-ms',
])

/** Headers of a provider call, as a flat list: the provider's key in, nothing of the client's out. */
export function requestHeaders(client: IncomingHttpHeaders, provider: Provider, bytes: number): string[] {
  const headers = [
    'content-type',
    'application/json',
    'content-length',
    String(bytes),
    // What is metered must be readable as it comes.
    'accept-encoding',
    'identity',
  ]
  if (provider.apiKey) headers.push('authorization', `Bearer ${provider.apiKey}`)
  for (const name of FORWARDED) {
    const value = client[name]
    if (typeof value === 'string') headers.push(name, value)
  }
  return headers
}

/** Whether a header of the provider's answer goes to the client. */
export function isReturned(name: string): boolean {
  return RETURNED.has(name)
}
