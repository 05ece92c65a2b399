import { LRUCache } from 'lru-cache'
import type { Clock } from '../core/clock.ts'

export interface RememberedOptions {
  /** How old what is remembered may be, ms: how long a change goes unseen when nobody is told of it. */
  readonly maxAgeMs: number
  /** How much is remembered, and as much again of what is known not to be there. */
  readonly max: number
  readonly clock: Clock
}

/** Copies of what a directory has, by name. */
export interface Remembered<Value> {
  /** At once where it is in memory and young enough; whoever asks for what is just being read waits for the same answer. */
  get(name: string, read: () => Value | Promise<Value>): Value | Promise<Value>
  /** It has changed: what is being read now may be what was so before, and is not remembered either. */
  forget(name: string): void
  forgetAll(): void
}

interface Copy<Value> {
  readonly value: Value
  readonly askedMs: number
}

/**
 * Keep copies for as long as nobody says that they have changed, and never longer than `maxAgeMs`. What is not there is
 * remembered apart, so that a flood of guesses neither reaches the store twice nor pushes out what is used.
 */
export function remembered<Value>({ maxAgeMs, max, clock }: RememberedOptions): Remembered<Value> {
  const there = new LRUCache<string, Copy<Value>>({ max })
  const missing = new LRUCache<string, Copy<Value>>({ max })
  const reads = new Map<string, Promise<Value>>()
  const all = [there, missing, reads]

  function keep(name: string, value: Value, askedMs: number): Value {
    const [place, other] = value === undefined ? [missing, there] : [there, missing]
    // It is as old as the question: the answer may have been on its way for long.
    place.set(name, { value, askedMs })
    other.delete(name)
    return value
  }

  async function keepLater(name: string, answer: Promise<Value>, askedMs: number): Promise<Value> {
    reads.set(name, answer)
    try {
      const value = await answer
      return reads.get(name) === answer ? keep(name, value, askedMs) : value
    } finally {
      if (reads.get(name) === answer) reads.delete(name)
    }
  }

  function isYoung({ askedMs }: Copy<Value>): boolean {
    const ageMs = clock.now() - askedMs
    // A clock that was set back makes nothing younger.
    return ageMs >= 0 && ageMs < maxAgeMs
  }

  return {
    get(name, read) {
      const copy = there.get(name) ?? missing.get(name)
      if (copy && isYoung(copy)) return copy.value
      const underWay = reads.get(name)
      if (underWay) return underWay
      const askedMs = clock.now()
      const answer = read()
      return answer instanceof Promise ? keepLater(name, answer, askedMs) : keep(name, answer, askedMs)
    },
    forget(name) {
      for (const place of all) place.delete(name)
    },
    forgetAll() {
      for (const place of all) place.clear()
    },
  }
}
