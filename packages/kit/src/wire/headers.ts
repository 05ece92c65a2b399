import type { IncomingHttpHeaders } from 'node:http'
import type { Dialect } from '../core/dialect.ts'
import { ANTHROPIC_HEADERS } from './anthropic/headers.ts'
import { GEMINI_HEADERS } from './gemini/headers.ts'
import type { HeaderRules } from './header-rules.ts'
import { OPENAI_HEADERS } from './openai/headers.ts'
import type { Provider } from './routes.ts'

const RULES: Readonly<Record<Dialect, HeaderRules>> = {
  openai: OPENAI_HEADERS,
  anthropic: ANTHROPIC_HEADERS,
  gemini: GEMINI_HEADERS,
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
  { dialect, apiKey }: Provider,
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
    ...rules.credentials(apiKey),
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

/** Whether a header of a provider's answer goes to the client; its rate limits are the operator's, not the caller's. */
export function isReturned(dialect: Dialect, name: string): boolean {
  return name === 'content-type' || name === 'cache-control' || RULES[dialect].returned.has(name)
}
