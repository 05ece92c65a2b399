import { nanoToUsd } from '@tollgate/kit/core'
import type { AccountState, Standing } from '@tollgate/kit/ledger'

/** Where an account stands, all time, as JSON: USD as decimal strings with nine places; its windows under `budgets`. */
export function accountJson({ account, spent, reserved, unconfirmed, budgets }: AccountState): object {
  return {
    account,
    spent_usd: nanoToUsd(spent),
    reserved_usd: nanoToUsd(reserved),
    unconfirmed_usd: nanoToUsd(unconfirmed),
    budgets: budgets.map(budgetJson),
  }
}

/** A budget's figures carry its metric in their names; only money is text. */
function budgetJson({ budget, metric, window, resetAtMs, ...figures }: Standing): object {
  const amount = (value: number) => (metric === 'usd' ? nanoToUsd(value) : value)
  return {
    budget,
    metric,
    window,
    [`limit_${metric}`]: amount(figures.limit),
    [`spent_${metric}`]: amount(figures.spent),
    [`reserved_${metric}`]: amount(figures.reserved),
    [`remaining_${metric}`]: amount(figures.remaining),
    [`unconfirmed_${metric}`]: amount(figures.unconfirmed),
    resets_at: resetAtMs === null ? null : new Date(resetAtMs).toISOString(),
  }
}
