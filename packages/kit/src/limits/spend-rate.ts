import { LRUCache } from 'lru-cache'
import type { Clock } from '../core/clock.ts'

/** What is remembered of one caller's spending. Money is integer nano-USD, and averages of it whole numbers too. */
interface Memory {
  minute: number
  nanoUsd: number
  /** Of the minutes in which it spent anything, the latest counting most. */
  averageNanoUsd: number
  minutes: number
  /** It was told of this minute already. */
  told: boolean
}

export interface SpendRate {
  /**
   * Note what a caller has spent. Answers its minute so far, nano-USD, when that has just come to be far above its own
   * history.
   */
  spend(caller: string, nanoUsd: number): number | undefined
}

export interface SpendRateOptions {
  /** How many times its average makes a minute a strange one. */
  readonly factor: number
  readonly clock: Clock
}

const MINUTE_MS = 60_000
/** Callers that are remembered; those unused for longest go first. */
const REMEMBERED = 10_000
/** Minutes without which there is no history. */
const HISTORY_MINUTES = 10
/** A minute that costs no more is nothing to speak of, nano-USD: one dollar. */
const FLOOR_NANO_USD = 1_000_000_000

/** Compare what callers spend in a minute with what they have spent in others. */
export function spendRate({ factor, clock }: SpendRateOptions): SpendRate {
  const memories = new LRUCache<string, Memory>({ max: REMEMBERED })

  function memoryOf(caller: string): Memory {
    const minute = Math.floor(clock.now() / MINUTE_MS)
    const memory = memories.get(caller) ?? {
      minute,
      nanoUsd: 0,
      averageNanoUsd: 0,
      minutes: 0,
      told: false,
    }
    memories.set(caller, memory)
    if (memory.minute !== minute) endMinute(memory, minute)
    return memory
  }

  return {
    spend(caller, nanoUsd) {
      const memory = memoryOf(caller)
      memory.nanoUsd += nanoUsd
      const usual = Math.max(FLOOR_NANO_USD, factor * memory.averageNanoUsd)
      if (memory.told || memory.minutes < HISTORY_MINUTES || memory.nanoUsd <= usual) return undefined
      memory.told = true
      return memory.nanoUsd
    },
  }
}

/** A minute that was strange is no history: what runs away would otherwise become the usual. */
function endMinute(memory: Memory, minute: number): void {
  if (memory.nanoUsd > 0 && !memory.told) {
    const share = Math.min(memory.minutes + 1, HISTORY_MINUTES)
    memory.averageNanoUsd += Math.round((memory.nanoUsd - memory.averageNanoUsd) / share)
    memory.minutes += 1
  }
  Object.assign(memory, { minute, nanoUsd: 0, told: false })
}
