import { LRUCache } from 'lru-cache'
import type { Clock } from '../core/clock.ts'
import type { Changed, Directory } from './directory.ts'
import type { KeyRecord } from './key-record.ts'

export interface CachedKeysOptions {
  /** How long a key may be answered from memory at the most, ms; 0 asks the directory every time. */
  readonly maxAgeMs: number
  /** Keys in memory, and as many again that are known not to be there. */
  readonly max?: number
  /** Ages are spans of time: by default a clock that nobody can set back. */
  readonly clock?: Clock
}

const monotonic: Clock = { now: () => performance.now() }

interface Remembered {
  readonly record: KeyRecord | undefined
  readonly untilMs: number
}

/**
 * Keys in memory, before a directory: its `findKey`. What the directory tells that it has changed is forgotten at once; what
 * it could not tell, because it had lost the connection by which it hears of others, when it is `maxAgeMs` old.
 *
 * Handles that no key has are remembered apart, so that a flood of guesses neither reaches the store twice nor pushes out a
 * key that is used. Whoever asks for a key that is just being read waits for the same answer.
 */
export function cachedKeys(
  directory: Pick<Directory, 'findKey' | 'watch'>,
  { maxAgeMs, max = 10_000, clock = monotonic }: CachedKeysOptions,
): Directory['findKey'] {
  if (maxAgeMs === 0) return (lookup) => directory.findKey(lookup)
  const known = new LRUCache<string, Remembered>({ max })
  const unknown = new LRUCache<string, Remembered>({ max })
  /** Reads on their way. One that is not here any more when it comes back may bring what was so before a change. */
  const reads = new Map<string, Promise<KeyRecord | undefined>>()

  directory.watch((changed: Changed | undefined) => {
    if (changed && changed.kind !== 'key') return
    for (const all of [known, unknown, reads]) {
      if (changed) for (const lookup of changed.lookups) all.delete(lookup)
      else all.clear()
    }
  })

  function keep(lookup: string, record: KeyRecord | undefined, askedMs: number): void {
    // It is as old as the question: the answer may have been on its way for long.
    const remembered = { record, untilMs: askedMs + maxAgeMs }
    const [place, other] = record ? [known, unknown] : [unknown, known]
    place.set(lookup, remembered)
    other.delete(lookup)
  }

  function read(lookup: string): ReturnType<Directory['findKey']> {
    const askedMs = clock.now()
    const answer = directory.findKey(lookup)
    if (answer instanceof Promise) return readLater(lookup, answer, askedMs)
    keep(lookup, answer, askedMs)
    return answer
  }

  async function readLater(lookup: string, answer: Promise<KeyRecord | undefined>, askedMs: number) {
    reads.set(lookup, answer)
    try {
      const record = await answer
      if (reads.get(lookup) === answer) keep(lookup, record, askedMs)
      return record
    } finally {
      if (reads.get(lookup) === answer) reads.delete(lookup)
    }
  }

  return (lookup) => {
    const remembered = known.get(lookup) ?? unknown.get(lookup)
    if (remembered && clock.now() < remembered.untilMs) return remembered.record
    return reads.get(lookup) ?? read(lookup)
  }
}
