import { type Slot, slot } from '../../core/slot.ts'
import { type Counting, counting } from '../../toll/counting.ts'
import type { Extending } from '../../toll/extending.ts'
import type { Reading } from '../../toll/reading.ts'
import type { Toll } from '../../toll/toll.ts'

/** What passes of an answer, kept until the way back. */
export interface Watch {
  /** What is told to the client is read as it passes, unless it is a translation, which is read where it is made. */
  passing: Reading | undefined
  reading: Reading | undefined
  /** Made when something has to be counted, which most answers never need. */
  counting: Counting | undefined
  /** Absent where the whole answer was reserved for. */
  extending: Extending | undefined
}

/** Kept with the request: what a WeakMap holds stays alive, key and all, until the next full garbage collection. */
export const watched: Slot<Watch> = slot<Watch>()('answer-watch', 'usage-reconcile')

/** What counts the answer, made when it is first needed. */
export function countingOf(seen: Watch, toll: Toll): Counting {
  seen.counting ??= counting(toll, seen.reading)
  return seen.counting
}
