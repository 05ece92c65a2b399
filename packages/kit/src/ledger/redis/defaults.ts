import { budgetFrom, type DefaultBudget } from '../budget-entry.ts'
import { checkBudgets } from '../check.ts'
import type { AccountKind, Budget } from '../ledger.ts'
import { type Default, rulingOf } from './rules.ts'

/** By kind; a user or an org that nobody has seen is welcome also when it has no budget of its own. */
export function defaultRulings(
  entries: readonly DefaultBudget[],
  timeZone: string,
): ReadonlyMap<AccountKind, Default> {
  const byKind = new Map<AccountKind, Budget[]>([
    ['org', []],
    ['user', []],
  ])
  for (const entry of entries) {
    const budgets = byKind.get(entry.per) ?? []
    byKind.set(entry.per, [...budgets, budgetFrom(entry, { timeZone })])
  }
  for (const [kind, budgets] of byKind) checkBudgets(`${kind}:*`, budgets)
  return new Map([...byKind].map(([kind, budgets]) => [kind, { budgets, ...rulingOf(budgets) }]))
}
