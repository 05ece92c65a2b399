import { nanoToUsd } from '@tollgate/kit/core'
import type { AccountKind, Budget, DefaultBudget, Period, Window } from '@tollgate/kit/ledger'
import type { Config } from '../config/index.ts'

export type BudgetRules = Pick<Config, 'defaults' | 'policies'>

/**
 * The budgets of an account: its own where it has any, otherwise its kind's defaults; and the policies over its kind,
 * which nobody's own budgets take the place of.
 */
export function accountBudgets(
  { defaults, policies }: BudgetRules,
  kind: AccountKind,
  own: readonly Budget[] = [],
): readonly Budget[] {
  const base = own.length > 0 || kind === 'org' || kind === 'provider' ? own : defaults[kind]
  return [...base, ...policies.filter(({ per }) => per === kind).map(({ budget }) => budget)]
}

/** What users get whom nobody has seen, as the ledger makes their accounts by itself. */
export function unseenUserBudgets(rules: BudgetRules): DefaultBudget[] {
  return accountBudgets(rules, 'user').map((budget) => ({ per: 'user', ...entryOf(budget) }))
}

const PERIODS: Readonly<Record<Window, Period>> = {
  hour: 'hourly',
  day: 'daily',
  week: 'weekly',
  month: 'monthly',
  total: 'total',
}

function entryOf({ id, metric, window, timeZone, limit, mode }: Budget): Omit<DefaultBudget, 'per'> {
  const amount = metric === 'usd' ? { limit_usd: nanoToUsd(limit) } : { [`limit_${metric}`]: limit }
  return { id, ...amount, period: PERIODS[window], timeZone, mode }
}
