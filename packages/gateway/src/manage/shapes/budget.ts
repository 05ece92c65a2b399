import { nanoToUsd } from '@tollgate/kit/core'
import type { BudgetEntry, Period } from '@tollgate/kit/ledger'
import { z } from 'zod'
import { count, usd } from '../leaves.ts'

const PERIODS = ['hourly', 'daily', 'weekly', 'monthly', 'total'] as const satisfies readonly Period[]

const LIMITS = ['limit_usd', 'limit_tokens', 'limit_requests'] as const

/** A budget of an account's own, as it is written. */
export const budgetShape: z.ZodType<BudgetEntry> = z
  .strictObject({
    limit_usd: usd.optional(),
    limit_tokens: count.optional(),
    limit_requests: count.optional(),
    period: z.enum(PERIODS),
    mode: z.enum(['hard', 'soft']).optional().describe('`soft` only reports what is beyond it.'),
  })
  .refine((budget) => LIMITS.filter((field) => budget[field] !== undefined).length === 1, {
    message: 'needs exactly one of limit_usd, limit_tokens and limit_requests',
  })
  .transform(({ limit_usd, ...same }) => ({
    ...(limit_usd !== undefined && { limit_usd: nanoToUsd(limit_usd) }),
    ...same,
  })) as z.ZodType<BudgetEntry>

/** All that an account has of its own: two of them may not count into the same counter. */
export const budgetList: z.ZodType<readonly BudgetEntry[]> = z
  .array(budgetShape)
  .max(20)
  .refine((budgets) => new Set(budgets.map(kindOf)).size === budgets.length, {
    message: 'has two budgets of the same metric and period: one of them says it all',
  })

function kindOf(budget: BudgetEntry): string {
  return `${LIMITS.find((field) => budget[field] !== undefined)} ${budget.period}`
}
