import type { AccountState, Budget, BudgetEntry } from '@tollgate/kit/ledger'
import { budgetFrom } from '@tollgate/kit/ledger'

/**
 * A key that was made by command may have budgets of its own. They are kept in the books alone, under ids that tell
 * them from what the config says, so that a restart with another config gives the key the new policies and leaves it
 * its own.
 */
const OWN = 'own/'

/** A budget of a key's own. @throws RangeError when the entry is not a budget. */
export function ownBudget(entry: BudgetEntry, timeZone: string): Budget {
  const budget = budgetFrom(entry, { timeZone })
  return { ...budget, id: OWN + budget.id }
}

/** The budgets of its own that the books keep for an account. */
export function ownBudgetsOf({ budgets }: AccountState, timeZone: string): Budget[] {
  return budgets
    .filter(({ budget }) => budget.startsWith(OWN))
    .map(({ budget: id, metric, window, limit }) => ({ id, metric, window, timeZone, limit, mode: 'hard' }))
}
