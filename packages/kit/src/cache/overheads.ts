import { LRUCache } from 'lru-cache'
import { type NanoUsd, nanoUsd } from '../core/money.ts'

/** What the cache itself has cost, by those who share answers, until somebody's record has it. */
export interface Overheads {
  spend(scope: string, costNanoUsd: NanoUsd): void
  /** What was spent in a scope since this was asked last, nano-USD. */
  claim(scope: string): NanoUsd
  /** What was spent in all, nano-USD, claimed or not. */
  readonly spentNanoUsd: number
}

/** Scopes whose costs are still to be claimed. */
const MAX_SCOPES = 10_000

export function overheads(): Overheads {
  const unclaimed = new LRUCache<string, number>({ max: MAX_SCOPES })
  let spentNanoUsd = 0
  return {
    spend(scope, costNanoUsd) {
      if (costNanoUsd === 0) return
      spentNanoUsd += costNanoUsd
      unclaimed.set(scope, costNanoUsd + (unclaimed.get(scope) ?? 0))
    },
    claim(scope) {
      const costNanoUsd = unclaimed.get(scope) ?? 0
      unclaimed.delete(scope)
      return nanoUsd(costNanoUsd)
    },
    get spentNanoUsd() {
      return spentNanoUsd
    },
  }
}
