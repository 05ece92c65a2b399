import { setTimeout as delay } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import type { AccountId, Shortfall } from '../ledger/ledger.ts'

/** What a process remembers of denials, so that a crowd of retries spreads out. */
export interface Denials {
  /** How long this caller should wait: longer with each denial in a row. */
  backOffMs(path: readonly AccountId[], shortfall: Shortfall): number
  /** The caller was admitted: its next denial is a first one. */
  forget(path: readonly AccountId[]): void
  /** Between two questions of a request that waits for running ones to settle. */
  pause(): Promise<void>
}

const FIRST_BACK_OFF_MS = 500
const LONGEST_BACK_OFF_MS = 8_000
const PAUSE_MS = 25
const REMEMBERED_CALLERS = 10_000

/** A memory of denials per caller. `random` gives numbers from 0 to 1. */
export function createDenials({ random = Math.random }: { random?: () => number } = {}): Denials {
  const streaks = new LRUCache<string, number>({ max: REMEMBERED_CALLERS, ttl: 60_000 })
  /** The account that names the caller most closely, in its org: two orgs may both have a `user:ada`. */
  const keyOf = (path: readonly AccountId[]) => `${path[0]} ${path[path.length - 1]}`
  return {
    backOffMs(path, shortfall) {
      if (shortfall.reason !== 'reserved') return 0
      const streak = streaks.get(keyOf(path)) ?? 0
      streaks.set(keyOf(path), streak + 1)
      const base = Math.min(FIRST_BACK_OFF_MS * 2 ** streak, LONGEST_BACK_OFF_MS)
      return Math.round(base * (0.5 + random()))
    },
    forget(path) {
      if (streaks.size > 0) streaks.delete(keyOf(path))
    },
    pause: () => delay(PAUSE_MS),
  }
}
