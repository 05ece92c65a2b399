import type { Clock } from '../../core/clock.ts'
import type { Amounts, Basis } from '../ledger.ts'
import type { Reservation } from './reservations.ts'
import type { Sequence } from './sequence.ts'

/** What the books must be told again when they have lost their newest changes. */
export interface Ending {
  readonly id: string
  /** Absent: it was released. */
  readonly settled?: { readonly actual: Amounts; readonly basis: Basis }
  /** What the books would need to have it again; absent when it was not this process's. */
  readonly reservation?: Reservation
  /** When it was first sent, ms. */
  readonly sentMs: number
}

interface Kept extends Ending {
  readonly acceptedMs: number
  /** The sequence after it. */
  readonly q: number
}

export interface Replay {
  /** An ending was accepted. */
  keep(ending: Ending, q: number): void
  /** How a reservation was ended, while that is remembered. */
  get(id: string): Ending | undefined
  /** All that were accepted within the window, oldest first. */
  all(): readonly Ending[]
  isEmpty(): boolean
}

export interface ReplayOptions {
  readonly clock: Clock
  readonly sequence: Sequence
  /** How far back a fail-over may reach and be made good, ms. */
  readonly windowMs: number
  /** Endings remembered at most; under more than that the window is shorter. */
  readonly max?: number
}

/** How long what has left the window may be kept all the same, ms, and how many more than the most. */
const SLACK_MS = 1_000
const SLACK = 1_000

/** After ten minutes the tombstones that make a repeat harmless begin to go: nothing is said again that late, ms. */
export const LATEST_MS = 5 * 60_000

/**
 * Remembers what was ended lately. A fail-over loses the tail of what was acknowledged; who was acknowledged says it
 * again, by id, so that it counts once. What leaves the window moves the sequence behind which nothing can be made good.
 */
export function replay({ clock, sequence, windowMs, max = 100_000 }: ReplayOptions): Replay {
  const kept = new Map<string, Kept>()
  let lookedMs = 0

  /**
   * In bites: a map keeps the places of what was deleted for a while, and passes all of them each time it is asked for
   * its oldest entry.
   */
  function forgetSometimes(nowMs: number): void {
    if (nowMs < lookedMs + SLACK_MS && kept.size <= max + SLACK) return
    lookedMs = nowMs
    forgetOld()
  }

  function forgetOld(): void {
    const oldestMs = Math.max(sequence.seenAtMs - windowMs, clock.now() - LATEST_MS)
    for (const [id, { acceptedMs, q }] of kept) {
      if (acceptedMs >= oldestMs && kept.size <= max) return
      kept.delete(id)
      sequence.moveWindow(q)
    }
  }

  return {
    keep(ending, q) {
      // Who ends a reservation once more does not hold it any more; the books may yet have to be told all of it.
      const reservation = ending.reservation ?? kept.get(ending.id)?.reservation
      // Deleted first, so that it stands at the end: entries are in the order of their acceptance.
      kept.delete(ending.id)
      const acceptedMs = clock.now()
      kept.set(ending.id, { ...ending, ...(reservation && { reservation }), acceptedMs, q })
      forgetSometimes(acceptedMs)
    },
    get: (id) => kept.get(id),
    all() {
      forgetOld()
      return [...kept.values()]
    },
    isEmpty() {
      forgetOld()
      return kept.size === 0
    },
  }
}
