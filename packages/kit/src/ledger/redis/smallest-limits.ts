import { kindOf } from '../account-id.ts'
import type { AccountId, Budget, Metric } from '../ledger.ts'
import { keepingRaises } from '../raise.ts'
import { smallestLimits } from '../smallest-limits.ts'
import type { Books } from './books.ts'
import { budgetsOf } from './rules.ts'

/** Answered from what this process has seen: it sizes reservations, and decides nothing. */
export function smallestLimitsIn(
  { accounts, defaults, revision, clock }: Books,
  path: readonly AccountId[],
): Partial<Record<Metric, number>> {
  function seenBudgetsOf(id: AccountId): readonly Budget[] {
    const account = accounts.get(id)
    // An account that follows the defaults is brought in line when it is next charged.
    const byDefault = !account || (account.auto && revision > 0) ? defaults.get(kindOf(id)) : undefined
    const own = account ? budgetsOf(account) : []
    return byDefault ? keepingRaises(byDefault.budgets, own) : own
  }

  return smallestLimits(path.flatMap(seenBudgetsOf), clock.now())
}
