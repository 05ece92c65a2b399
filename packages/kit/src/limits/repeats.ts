import { LRUCache } from 'lru-cache'
import type { Clock } from '../core/clock.ts'

/** How a request ended, as far as loops are concerned. */
export type LoopEnd = 'failed' | 'answered' | 'neither'

/** What is remembered of one request, however often it came. */
interface Memory {
  minuteEndsMs: number
  failures: number
  answers: number
  /** Which of all requests that were seen had come when the last of these that counts ended. */
  lastCounted: number
  /** It has tripped a breaker, and has not been answered since: its next failure does so again. */
  tripped: boolean
}

/** A request that runs. */
export interface Arrival {
  readonly memory: Memory
  /** How manieth of all requests. */
  readonly place: number
}

export interface Repeats {
  arrive(name: string): Arrival
  /** How often it has ended so within a minute, this time included; 0 where this time does not count. */
  count(arrival: Arrival, end: 'failed' | 'answered'): number
  /** How often it has been answered within this minute. */
  answered(arrival: Arrival): number
}

const MINUTE_MS = 60_000
/** Requests that are remembered; those unused for longest go first. */
const REMEMBERED = 10_000

/**
 * Count how often one and the same request comes back within a minute. Of many that run at once only one counts, and then
 * those that were sent after it had ended: whoever sends a hundred alike together, and sees them all fail, has not asked
 * again.
 */
export function repeatCounter(clock: Clock): Repeats {
  const memories = new LRUCache<string, Memory>({ max: REMEMBERED })
  let seen = 0

  function thisMinute(memory: Memory): void {
    const nowMs = clock.now()
    if (nowMs < memory.minuteEndsMs) return
    Object.assign(memory, { minuteEndsMs: nowMs + MINUTE_MS, failures: 0, answers: 0 })
  }

  return {
    arrive(name) {
      const memory = memories.get(name) ?? {
        minuteEndsMs: 0,
        failures: 0,
        answers: 0,
        lastCounted: 0,
        tripped: false,
      }
      memories.set(name, memory)
      seen += 1
      return { memory, place: seen }
    },
    count({ memory, place }, end) {
      if (place <= memory.lastCounted) return 0
      memory.lastCounted = seen
      thisMinute(memory)
      if (end === 'answered') {
        Object.assign(memory, { failures: 0, tripped: false })
        memory.answers += 1
        return memory.answers
      }
      memory.failures += 1
      return memory.failures
    },
    answered({ memory }) {
      thisMinute(memory)
      return memory.answers
    },
  }
}
