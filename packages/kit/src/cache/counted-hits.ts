import type { Timers } from '../core/timers.ts'

/** Hits, counted for a while before they are written: a hit then writes nothing itself. */
export interface CountedHits {
  count(id: string): void
  /** Write what has been counted. */
  flush(): void
  close(): void
}

/** How long they are counted, ms. */
const EVERY_MS = 1_000

/** @param write given how often each was asked for; what it cannot write is lost, and that is all. */
export function countedHits(timers: Timers, write: (hits: ReadonlyMap<string, number>) => void): CountedHits {
  let hits = new Map<string, number>()
  let waiting: unknown
  const flush = () => {
    waiting = undefined
    const counted = hits
    hits = new Map()
    if (counted.size > 0) write(counted)
  }
  return {
    count(id) {
      hits.set(id, (hits.get(id) ?? 0) + 1)
      waiting ??= timers.setTimeout(flush, EVERY_MS)
    },
    flush,
    close() {
      if (waiting !== undefined) timers.clearTimeout(waiting)
      flush()
    },
  }
}
