import { durationMs } from '../config/duration.ts'

/** The time that `7d`, `12h` or `2026-11-01` means, ms since the epoch; undefined when it is neither. */
export function sinceMsOf(text: string, nowMs: number): number | undefined {
  const ago = durationMs(text)
  if (ago !== undefined) return nowMs - ago
  const date = /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN
  return Number.isNaN(date) ? undefined : date
}
