import { type Budget, type BudgetEntry, budgetFrom } from '@tollgate/kit/ledger'

/**
 * What a config does not state may have budgets of its own. They are kept in the books alone, under ids that tell
 * them from what the config says, so that a restart with another config gives the key the new policies and leaves it
 * its own.
 */
const OWN = 'own/'

/** A budget of an account's own. @throws RangeError when the entry is not a budget. */
export function ownBudget(entry: BudgetEntry, timeZone: string): Budget {
  const budget = budgetFrom(entry, { timeZone })
  return { ...budget, id: OWN + budget.id }
}

/** Of the budgets that the books keep for an account those that are its own. */
export function ownBudgetsOf(budgets: readonly Budget[]): readonly Budget[] {
  return budgets.filter(({ id }) => id.startsWith(OWN))
}
