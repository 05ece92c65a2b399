import type { Clock } from '@tollgate/kit/core'

/** A clock that stands still until a test moves it. */
export interface FixedClock extends Clock {
  /** Set it to a time, ms since the epoch; backwards too. */
  set(ms: number): void
  advance(ms: number): void
}

/** A clock that shows `startMs` (ms since the epoch) until it is set or advanced: windows and deadlines without waiting. */
export function fixedClock(startMs: number): FixedClock {
  let nowMs = startMs
  return {
    now: () => nowMs,
    set(ms) {
      nowMs = ms
    },
    advance(ms) {
      nowMs += ms
    },
  }
}
