import { kindOf } from '../account-id.ts'
import type { AccountId, Metric } from '../ledger.ts'
import { limitAt } from '../limit.ts'
import type { Books } from './books.ts'

/** Answered from what this process has seen: it sizes reservations, and decides nothing. */
export function smallestLimits(
  { accounts, defaults, revision, clock }: Books,
  path: readonly AccountId[],
): Partial<Record<Metric, number>> {
  const smallest: Partial<Record<Metric, number>> = {}
  const nowMs = clock.now()
  for (const id of path) {
    const account = accounts.get(id)
    // An account that follows the defaults is brought in line when it is next charged.
    const byDefault = !account || (account.auto && revision > 0) ? defaults.get(kindOf(id)) : undefined
    const { rules = [], limits = [] } = byDefault ?? account ?? {}
    for (const [number, { metric }] of rules.entries()) {
      const limit = limitAt(limits[number]!, nowMs)
      if (limits[number]!.mode === 'h' && limit < (smallest[metric] ?? Infinity)) smallest[metric] = limit
    }
  }
  return smallest
}
