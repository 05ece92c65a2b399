import { nanoToUsd } from '@tollgate/kit/core'
import type { TierBudget } from '@tollgate/kit/directory'
import type { AccountKind, Budget, DefaultBudget, Period, Window } from '@tollgate/kit/ledger'
import type { Config } from '../config/index.ts'

export type BudgetRules = Pick<Config, 'defaults' | 'policies'>

/**
 * The budgets of an account: its own where it has any, otherwise those of its tier, otherwise its kind's defaults; and the
 * policies over its kind, which nobody's own budgets take the place of.
 */
export function accountBudgets(
  { defaults, policies }: BudgetRules,
  kind: AccountKind,
  own: readonly Budget[] = [],
  ofTier: readonly Budget[] = [],
): readonly Budget[] {
  const ofKind = kind === 'org' || kind === 'provider' ? [] : defaults[kind]
  const base = [own, ofTier].find((budgets) => budgets.length > 0) ?? ofKind
  return [...base, ...policies.filter(({ per }) => per === kind).map(({ budget }) => budget)]
}

/** What users get whom nobody has seen, as the ledger makes their accounts by itself. */
export function unseenUserBudgets(rules: BudgetRules): DefaultBudget[] {
  return accountBudgets(rules, 'user').map((budget) => {
    const { id, timeZone } = budget
    return { per: 'user', id, ...entryOf(budget), timeZone }
  })
}

const PERIODS: Readonly<Record<Window, Period>> = {
  hour: 'hourly',
  day: 'daily',
  week: 'weekly',
  month: 'monthly',
  total: 'total',
}

/** A budget as it is written, whose calendar is that of the org. */
export function entryOf({ metric, window, limit, mode }: Budget): TierBudget {
  const amount = metric === 'usd' ? { limit_usd: nanoToUsd(limit) } : { [`limit_${metric}`]: limit }
  return { ...amount, period: PERIODS[window], mode }
}
