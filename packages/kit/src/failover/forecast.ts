import type { IncomingHttpHeaders } from 'node:http'
import { LONGEST_MS } from './closure.ts'

/** What a provider says it will still take from a key; undefined what it does not say. */
export interface Forecast {
  readonly requests: Allowance | undefined
  readonly tokens: Allowance | undefined
  readonly saidAtMs: number
}

/** How many are left, and when there are as many as ever again, as its provider writes that: read when they run short. */
export interface Allowance {
  readonly left: number
  readonly resets: string
}

/**
 * Read a provider's own rate limits from an answer; undefined where it says none. OpenAI and those who speak as it does:
 * https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers, Anthropic:
 * https://platform.claude.com/docs/en/api/rate-limits#response-headers
 */
export function forecastOf(headers: IncomingHttpHeaders, nowMs: number): Forecast | undefined {
  for (const names of LIMITS) {
    const requests = allowanceOf(headers, names.requests)
    const tokens = allowanceOf(headers, names.tokens)
    if (requests || tokens) return { requests, tokens, saidAtMs: nowMs }
  }
  return undefined
}

/** Until when a call of so many tokens would be refused, as far as the provider has said; undefined where it would not. */
export function shortUntil(
  { requests, tokens, saidAtMs }: Forecast,
  needed: number,
  nowMs: number,
): number | undefined {
  const untilMs = Math.max(
    requests && requests.left < 1 ? fullAgainAt(requests, saidAtMs) : 0,
    tokens && tokens.left < needed ? fullAgainAt(tokens, saidAtMs) : 0,
  )
  return nowMs < untilMs ? untilMs : undefined
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

function allowanceOf(
  headers: IncomingHttpHeaders,
  names: { readonly left: string; readonly reset: string },
): Allowance | undefined {
  const { [names.left]: left, [names.reset]: resets } = headers
  if (typeof left !== 'string' || typeof resets !== 'string' || !/^\d{1,15}$/.test(left)) return undefined
  return { left: Number(left), resets }
}

const SPAN = /^(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/

/** 0 where it cannot be read; within a day whatever it says: a key that nobody asks could not correct itself. */
function fullAgainAt({ resets }: Allowance, saidAtMs: number): number {
  return Math.min(saidAtMs + LONGEST_MS, momentOf(resets, saidAtMs) || 0)
}

/** A span as Go writes it (`6m0s`, `250ms`), a number, or a date. */
function momentOf(value: string, saidAtMs: number): number {
  if (/^\d+(\.\d+)?$/.test(value)) return momentOfNumber(Number(value), saidAtMs)
  const span = SPAN.exec(value)
  if (!span || value === '') return Date.parse(value)
  const [, hours = 0, minutes = 0, seconds = 0, ms = 0] = span
  return (
    saidAtMs + Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1_000 + Number(ms)
  )
}

/** The least that can be no span: seconds, and ms, since the epoch. */
const EPOCH_S = 1e9
const EPOCH_MS = 1e12

/** Seconds from now; some who speak as OpenAI does say a moment instead. */
function momentOfNumber(value: number, saidAtMs: number): number {
  if (value >= EPOCH_MS) return value
  return value >= EPOCH_S ? value * 1_000 : saidAtMs + value * 1_000
}
