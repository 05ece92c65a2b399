import type { AccountId, Budget, Raise } from './budget.ts'
import { isSameRule } from './rule.ts'

export interface RaiseBudget {
  readonly org: string
  readonly account: AccountId
  /** Which of its budgets, by id. */
  readonly budget: string
  /** In place of the one it has; absent: none, from now on. */
  readonly raise?: Raise
}

export type RaiseResult = { readonly status: 'ok' | 'unchanged' | 'no_account' | 'no_budget' }

/** These budgets, of which one has another raise, or none; undefined when there is no such budget. */
export function raisedIn(
  budgets: readonly Budget[],
  { budget: id, raise }: Pick<RaiseBudget, 'budget' | 'raise'>,
): readonly Budget[] | undefined {
  if (!budgets.some((budget) => budget.id === id)) return undefined
  return budgets.map((budget) => (budget.id === id ? withRaise(budget, raise) : budget))
}

/** Budgets that an account is to follow, with what is granted to it: what everybody has says nothing of that. */
export function keepingRaises(budgets: readonly Budget[], had: readonly Budget[]): readonly Budget[] {
  if (!had.some(({ raise }) => raise)) return budgets
  return budgets.map((budget) => withRaise(budget, had.find((one) => isSameRule(one, budget))?.raise))
}

function withRaise({ raise: _, ...budget }: Budget, raise: Raise | undefined): Budget {
  return raise ? { ...budget, raise: { amount: raise.amount, untilMs: raise.untilMs } } : budget
}
