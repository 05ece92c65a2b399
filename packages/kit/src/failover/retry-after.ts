import type { IncomingHttpHeaders } from 'node:http'

/**
 * When a provider wants to be asked again, ms from now: `retry-after-ms`, else `retry-after` in seconds or as a date.
 * https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function retryAfterOf(headers: IncomingHttpHeaders, nowMs: number): number | undefined {
  const ms = headers['retry-after-ms']
  return (
    spanOf(typeof ms === 'string' ? Number(ms) : undefined) ?? secondsOrDate(headers['retry-after'], nowMs)
  )
}

function secondsOrDate(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined || value.trim() === '') return undefined
  const seconds = Number(value)
  return spanOf(Number.isNaN(seconds) ? Date.parse(value) - nowMs : seconds * 1000)
}

/** A quota may be one of a year; what is longer is no time that anybody means, ms. */
const LONGEST_SAID_MS = 366 * 24 * 3_600_000

function spanOf(ms: number | undefined): number | undefined {
  return ms !== undefined && ms >= 0 && ms <= LONGEST_SAID_MS ? Math.ceil(ms) : undefined
}
