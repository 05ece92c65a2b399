import type { IncomingHttpHeaders } from 'node:http'

/** What a provider says it will still take from a key, and until when. */
export interface Forecast {
  /** Requests that are left; undefined where it does not say. */
  readonly requests: number | undefined
  readonly tokens: number | undefined
  /** When what is least is full again, ms since the epoch. */
  readonly resetAtMs: number
}

/**
 * Read a provider's own rate limits from an answer; undefined where it says none. OpenAI and those who speak as it does:
 * https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers, Anthropic:
 * https://platform.claude.com/docs/en/api/rate-limits#response-headers
 */
export function forecastOf(headers: IncomingHttpHeaders, nowMs: number): Forecast | undefined {
  const limits = LIMITS.find(({ requests, tokens }) => headers[requests.left] ?? headers[tokens.left])
  if (!limits) return undefined
  const requests = countOf(headers[limits.requests.left])
  const tokens = countOf(headers[limits.tokens.left])
  const resets = [limits.requests, limits.tokens]
    .map(({ left, reset }) => (headers[left] === undefined ? undefined : momentOf(headers[reset], nowMs)))
    .filter((atMs) => atMs !== undefined)
  if (resets.length === 0) return undefined
  return { requests, tokens, resetAtMs: Math.max(...resets) }
}

/** Whether a call of so many tokens would be refused, as far as the provider has said. */
export function isShort(
  { requests = 1, tokens = Infinity, resetAtMs }: Forecast,
  needed: number,
  nowMs: number,
): boolean {
  return nowMs < resetAtMs && (requests < 1 || tokens < needed)
}

const LIMITS = [
  {
    requests: { left: 'x-ratelimit-remaining-requests', reset: 'x-ratelimit-reset-requests' },
    tokens: { left: 'x-ratelimit-remaining-tokens', reset: 'x-ratelimit-reset-tokens' },
  },
  {
    requests: { left: 'anthropic-ratelimit-requests-remaining', reset: 'anthropic-ratelimit-requests-reset' },
    tokens: { left: 'anthropic-ratelimit-tokens-remaining', reset: 'anthropic-ratelimit-tokens-reset' },
  },
] as const

function countOf(value: string | string[] | undefined): number | undefined {
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined
}

const SPAN = /^(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?$/

/** A span as Go writes it (`6m0s`, `250ms`), seconds, or a date. */
function momentOf(value: string | string[] | undefined, nowMs: number): number | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  if (/^\d+(\.\d+)?$/.test(value)) return nowMs + Number(value) * 1_000
  const span = SPAN.exec(value)
  if (!span) return dateOf(value)
  const [, hours = 0, minutes = 0, seconds = 0, ms = 0] = span
  return nowMs + Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1_000 + Number(ms)
}

function dateOf(value: string): number | undefined {
  const atMs = Date.parse(value)
  return Number.isNaN(atMs) ? undefined : atMs
}
