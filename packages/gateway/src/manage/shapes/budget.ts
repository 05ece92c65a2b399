import { nanoToUsd, usdToNano } from '@tollgate/kit/core'
import type { TierBudget } from '@tollgate/kit/directory'
import type { BudgetEntry, Period } from '@tollgate/kit/ledger'
import { z } from 'zod'
import { count, usd } from '../leaves.ts'
import { present } from '../shape.ts'

const PERIODS = ['hourly', 'daily', 'weekly', 'monthly', 'total'] as const satisfies readonly Period[]

const LIMITS = ['limit_usd', 'limit_tokens', 'limit_requests'] as const

const budgetWire = z
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
type BudgetWire = z.output<typeof budgetWire>

const readBudget = ({ limit_usd, ...same }: BudgetWire): TierBudget =>
  present({ ...(limit_usd !== undefined && { limit_usd: nanoToUsd(limit_usd) }), ...same })

/** A budget of an account's own, as it is written. */
export const budgetShape: z.ZodType<BudgetEntry> = budgetWire.transform(readBudget)

const MAX = 20
const isEachItsOwn = (budgets: readonly Limited[]) => new Set(budgets.map(kindOf)).size === budgets.length
const TWICE = { message: 'has two budgets of the same metric and period: one of them says it all' }

/** All that an account has of its own: two of them may not count into the same counter. */
export const budgetList: z.ZodType<readonly BudgetEntry[]> = z
  .array(budgetShape)
  .max(MAX)
  .refine(isEachItsOwn, TWICE)

/** The same as what is answered may be written again: of a tier. */
export const budgetsWire: z.ZodArray<typeof budgetWire> = z
  .array(budgetWire)
  .max(MAX)
  .refine(isEachItsOwn, TWICE)

export const readBudgets = (budgets: readonly BudgetWire[]): readonly TierBudget[] => budgets.map(readBudget)

export const writeBudgets = (budgets: readonly TierBudget[]): BudgetWire[] =>
  budgets.map(
    ({ limit_usd, ...same }) =>
      present({ ...(limit_usd !== undefined && { limit_usd: usdToNano(limit_usd) }), ...same }) as BudgetWire,
  )

type Limited = { readonly [Field in (typeof LIMITS)[number]]?: unknown } & { readonly period: Period }

function kindOf(budget: Limited): string {
  return `${LIMITS.find((field) => budget[field] !== undefined)} ${budget.period}`
}
