import type { Clock } from '../../core/clock.ts'

/**
 * How far the books of an org have come, as this process has seen it. Books that fall behind that have lost something:
 * another server has taken over, or a backup was restored.
 */
export interface Sequence {
  /** The highest sequence seen; 0 when none. */
  readonly seen: number
  /** When that was first seen, ms. */
  readonly seenAtMs: number
  /** The highest that had been seen when the replay window began: what was lost before it cannot be re-asserted. */
  readonly safe: number
  /** By an answer that refuses whoever has seen more than the books have: another would hide from us what they have lost. */
  note(q: number): void
  /** The books were recovered and go on from here. */
  restart(q: number): void
  /** What happened before has left the replay window. */
  moveWindow(safe: number): void
}

export interface SequenceOptions {
  readonly clock: Clock
  /** How far back a fail-over may reach and be made good, ms. */
  readonly windowMs: number
}

/** How finely it is remembered when the books had come how far, ms. */
const MARK_MS = 1000

interface Mark {
  readonly atMs: number
  readonly q: number
}

/**
 * The window ends with the newest change that was seen, not now: while the books are away it stands still. It moves
 * for a process that ends nothing itself as well, which would otherwise take a loss of the others' for one it can mend.
 */
export function sequence({ clock, windowMs }: SequenceOptions): Sequence {
  let seen = 0
  let seenAtMs = 0
  let safe = 0
  let marks: Mark[] = []

  function moveWindow(to: number): void {
    if (to > safe) safe = Math.min(to, seen)
  }

  function mark(): void {
    const last = marks.at(-1)
    if (!last || seenAtMs >= last.atMs + MARK_MS) marks.push({ atMs: seenAtMs, q: seen })
    while (marks[0]!.atMs < seenAtMs - windowMs) moveWindow(marks.shift()!.q)
  }

  return {
    get seen() {
      return seen
    },
    get seenAtMs() {
      return seenAtMs
    },
    get safe() {
      return safe
    },
    note(q) {
      if (q <= seen) return
      seen = q
      seenAtMs = clock.now()
      mark()
    },
    restart(q) {
      seen = q
      safe = Math.min(safe, q)
      marks = []
    },
    moveWindow,
  }
}
