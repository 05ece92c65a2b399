import type { SpoolFolder } from './spool-folder.ts'
import type { Closing } from './spool-line.ts'

/** A closing whose turn it is. */
export interface Entry {
  readonly closing: Closing
  /** Marks it on file, where it is on one. */
  taken?(): void
}

/** What waits to be told, oldest first: in memory, and behind that on file. */
export interface SpoolQueue {
  /** In memory and on file. */
  size(): number
  /** Something else of this reservation waits in memory, so that this one comes behind it. */
  isBehind(closing: Closing): boolean
  /** False when there is room for it nowhere. */
  add(closing: Closing): boolean
  /** Of as many reservations the first that is to be told. */
  heads(count: number): readonly Entry[]
  /** The books have it: what comes after it of its reservation is next. */
  take(entry: Entry): void
  /** Not now: let the other reservations have their turn. */
  postpone(entry: Entry): void
  /** When the oldest in memory was first told, ms since the epoch. */
  oldestAtMs(): number | undefined
}

export interface SpoolQueueOptions {
  readonly folder: SpoolFolder | undefined
  /** In memory at most. */
  readonly maxQueued: number
}

/** Keeps what was said of one reservation in its order, and each closing on file as well where there is a folder. */
export function spoolQueue({ folder, maxQueued }: SpoolQueueOptions): SpoolQueue {
  /** By reservation; the one that has waited longest for its turn is first. */
  const lanes = new Map<string, Entry[]>()
  let inMemory = 0

  function enqueue(entry: Entry): void {
    const name = laneOf(entry.closing)
    const lane = lanes.get(name)
    if (lane) lane.push(entry)
    else lanes.set(name, [entry])
    inMemory += 1
  }

  /** A settle says what was spent; a release only gives back what would expire, and leaves half the room to settles. */
  function roomFor({ settled }: Closing): number {
    return settled ? maxQueued : maxQueued / 2
  }

  function readOn(): void {
    while (inMemory < maxQueued) {
      const slip = folder?.next()
      if (!slip) return
      enqueue(slip)
    }
  }

  return {
    size: () => inMemory + (folder?.unread() ?? 0),
    isBehind: (closing) => inMemory > 0 && lanes.has(laneOf(closing)),
    add(closing) {
      // What waits on file came first, and is told first.
      const fits = inMemory < roomFor(closing) && !folder?.unread()
      const slip = folder?.keep(closing, { forLater: !fits })
      if (fits) enqueue(slip ?? { closing })
      return fits || slip !== undefined
    },
    heads(count) {
      readOn()
      const heads: Entry[] = []
      for (const [head] of lanes.values()) if (heads.push(head!) === count) break
      return heads
    },
    take({ closing, taken }) {
      const lane = lanes.get(laneOf(closing))!
      lane.shift()
      if (lane.length === 0) lanes.delete(laneOf(closing))
      inMemory -= 1
      taken?.()
    },
    postpone({ closing }) {
      const lane = lanes.get(laneOf(closing))!
      lanes.delete(laneOf(closing))
      lanes.set(laneOf(closing), lane)
    },
    oldestAtMs() {
      let oldestAtMs: number | undefined
      for (const lane of lanes.values()) {
        for (const { closing } of lane) oldestAtMs = Math.min(oldestAtMs ?? Infinity, closing.atMs)
      }
      return oldestAtMs
    },
  }
}

/** Ids are unique within an org. Were two ever to share a lane, one would wait for the other, and no more. */
function laneOf({ org, id }: Closing): string {
  return `${org}\n${id}`
}
