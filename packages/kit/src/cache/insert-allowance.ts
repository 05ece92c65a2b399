import { LRUCache } from 'lru-cache'
import type { CacheEntry } from './entry.ts'
import { isOfOne } from './scope.ts'

/** How much each caller may have kept among what others have. */
export interface InsertAllowance {
  /** Whether an answer may be kept; where it may, it counts. */
  admit(entry: Pick<CacheEntry, 'scope' | 'askedBy' | 'createdAtMs'>, bytes: number): boolean
}

export interface InsertAllowanceOptions {
  /** What a caller may have kept within an hour, bytes of text; it comes back evenly. */
  readonly bytesPerHour?: number
}

/** 32 MiB: some sixteen thousand answers, a quarter of what a scope has by default. */
const BYTES_PER_HOUR = 32 * 1024 * 1024
const HOUR_MS = 3_600_000
const MAX_CALLERS = 10_000

/** What a caller has used up, at a moment. */
interface Used {
  readonly bytes: number
  readonly atMs: number
}

/**
 * Nobody pushes out of a scope what its other callers have put there, by asking for ever new things: each of them has a bucket
 * that fills with what is kept of its answers, and runs out within an hour. What is one user's or one key's alone has its quota,
 * and nobody else there. Of one process: a fleet keeps as many times as much.
 */
export function insertAllowance({
  bytesPerHour = BYTES_PER_HOUR,
}: InsertAllowanceOptions = {}): InsertAllowance {
  const callers = new LRUCache<string, Used>({ max: MAX_CALLERS })
  return {
    admit({ scope, askedBy, createdAtMs }, bytes) {
      if (isOfOne(scope)) return true
      const used = callers.get(askedBy) ?? { bytes: 0, atMs: createdAtMs }
      // A clock that goes back gives nothing twice.
      const atMs = Math.max(used.atMs, createdAtMs)
      const left = Math.max(0, used.bytes - (bytesPerHour * (atMs - used.atMs)) / HOUR_MS)
      const isAdmitted = left + bytes <= bytesPerHour
      callers.set(askedBy, { bytes: isAdmitted ? left + bytes : left, atMs })
      return isAdmitted
    },
  }
}
