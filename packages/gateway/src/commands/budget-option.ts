import type { BudgetEntry, Period } from '@tollgate/kit/ledger'
import { UsageError } from './command.ts'

/** How help explains it. */
export const BUDGET_USAGE =
  '--budget 5/daily USD and a period: hourly, daily, weekly, monthly or total; 2000000tokens/monthly; may be given again'

const BUDGET = /^(\d+(?:\.\d+)?)(tokens|requests)?\/(hourly|daily|weekly|monthly|total)$/

/** `5/daily`, `2000000tokens/monthly`. @throws UsageError when it is not a budget. */
export function budgetEntry(text: string, mode: 'hard' | 'soft' = 'hard'): BudgetEntry {
  const [, amount, unit, period] = BUDGET.exec(text) ?? []
  if (amount === undefined || period === undefined) {
    throw new UsageError(
      `--budget ${text} is not a budget: write USD and a period, as in 5/daily, or 2000000tokens/monthly`,
    )
  }
  const limit = unit === undefined ? { limit_usd: amount } : { [`limit_${unit}`]: Number(amount) }
  return { ...limit, period: period as Period, mode }
}
