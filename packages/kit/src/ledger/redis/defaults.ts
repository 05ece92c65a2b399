import type { DefaultBudget } from '../budget-entry.ts'
import { defaultBudgets } from '../default-budgets.ts'
import type { AccountKind } from '../ledger.ts'
import { type Default, rulingOf } from './rules.ts'

/** What accounts get that nobody has provisioned, as the scripts take it. */
export function defaultRulings(
  entries: readonly DefaultBudget[],
  timeZone: string,
): ReadonlyMap<AccountKind, Default> {
  const byKind = defaultBudgets(entries, timeZone)
  return new Map([...byKind].map(([kind, budgets]) => [kind, { budgets, ...rulingOf(budgets) }]))
}
