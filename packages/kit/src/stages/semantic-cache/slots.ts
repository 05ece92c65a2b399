import type { CacheEntry } from '../../cache/entry.ts'
import { slot } from '../../core/slot.ts'

/** What the cache did for a request. */
export interface CacheOutcome {
  /**
   * `hit`: the same request had been answered. `semantic`: one that asks the same. `collapsed`: the same request was being
   * answered. `audit`: it would have been served, and the provider was asked to see whether that is right. `miss`: nothing
   * was there. `bypass`: nothing was looked for, for the `reason`.
   */
  readonly status: CacheStatusWord
  /** Why there was nothing, in a word of a small set; undefined where something was. */
  readonly reason: string | undefined
  /** What the provider call would have cost that was not made, less the price of the hit, nano-USD. */
  readonly savedNanoUsd: number
  /** What looking for it has cost, nano-USD. */
  readonly overheadNanoUsd: number
  /** What was served, or kept; undefined where nothing was. */
  readonly entry: Pick<CacheEntry, 'id' | 'provider' | 'model'> | undefined
}

export type CacheStatusWord = 'hit' | 'semantic' | 'collapsed' | 'audit' | 'miss' | 'bypass'

/** Given when the response has closed: what it saved is not known before. */
export const cacheOutcome = slot<CacheOutcome>()('cacheOutcome', 'semantic-cache')
