import type { IncomingHttpHeaders } from 'node:http'
import type { Dialect } from '../core/dialect.ts'
import { ANTHROPIC_HEADERS } from './anthropic/headers.ts'
import { CONVERSE_HEADERS } from './converse/headers.ts'
import { GEMINI_HEADERS } from './gemini/headers.ts'
import type { HeaderRules } from './header-rules.ts'
import { OPENAI_HEADERS } from './openai/headers.ts'
import type { Provider } from './routes.ts'

const RULES: Readonly<Record<Dialect, HeaderRules>> = {
  openai: OPENAI_HEADERS,
  anthropic: ANTHROPIC_HEADERS,
  gemini: GEMINI_HEADERS,
  converse: CONVERSE_HEADERS,
}

/** Headers that mean something to every provider. */
const FORWARDED = ['accept', 'user-agent', 'traceparent', 'tracestate'] as const

/** The body that is sent, as its headers describe it. */
export interface SentBody {
  readonly bytes: number
  readonly type: string
}

/**
 * Headers of a provider call, as a flat list: the provider's key in, nothing of the client's out that its dialect does not
 * name. Credentials, cookies and addresses stay here.
 */
export function requestHeaders(
  client: IncomingHttpHeaders,
  { dialect, apiKey, hosting }: Provider,
  { bytes, type }: SentBody,
): string[] {
  const rules = RULES[dialect]
  const headers = [
    'content-type',
    type,
    'content-length',
    String(bytes),
    // What is metered must be readable as it comes.
    'accept-encoding',
    'identity',
    ...(hosting?.authorize ? [] : rules.credentials(apiKey)),
  ]
  for (const names of [FORWARDED, rules.forwarded]) {
    for (const name of names) {
      const value = client[name]
      if (typeof value === 'string') headers.push(name, value)
    }
  }
  for (const [name, value] of rules.required) if (client[name] === undefined) headers.push(name, value)
  return headers
}

/** What a dialect itself adds to a request that is no call: the headers of the client's that it names, and the key. */
export function dialectHeaders(
  client: IncomingHttpHeaders,
  { dialect, apiKeys, apiKey = apiKeys?.[0], hosting }: Provider,
): Record<string, string> {
  const { forwarded, required, credentials } = RULES[dialect]
  const headers: Record<string, string> = Object.fromEntries(required)
  for (const name of forwarded) {
    const value = client[name]
    if (typeof value === 'string') headers[name] = value
  }
  const [name, value] = hosting?.authorize ? [] : credentials(apiKey)
  return name === undefined || value === undefined ? headers : { ...headers, [name]: value }
}

/** Whether a header of a provider's answer goes to the client; its rate limits are the operator's, not the caller's. */
export function isReturned(dialect: Dialect, name: string): boolean {
  return name === 'content-type' || name === 'cache-control' || RULES[dialect].returned.has(name)
}
