import type { BudgetEntry, Period } from '@tollgate/kit/ledger'
import { z } from 'zod'
import { listed } from '../nearest.ts'
import { choice, complain, fields, type Later } from './fields.ts'
import { limitCount, limitUsd } from './leaves.ts'

/** The fields of a limit over a period, wherever a file may state one. */
export interface AmountFields {
  readonly limit_usd: z.ZodOptional<z.ZodType<string>>
  readonly limit_tokens: z.ZodOptional<z.ZodType<number>>
  readonly limit_requests: z.ZodOptional<z.ZodType<number>>
  readonly period: z.ZodType<Period>
}

export const amountFields: AmountFields = {
  limit_usd: limitUsd.optional(),
  limit_tokens: limitCount.optional(),
  limit_requests: limitCount.optional(),
  period: choice<Period>(
    { hourly: 'hourly', daily: 'daily', weekly: 'weekly', monthly: 'monthly', total: 'total' },
    { rolling: 'periods follow the calendar until then' },
  ),
}

interface Amount {
  readonly limit_usd?: string | undefined
  readonly limit_tokens?: number | undefined
  readonly limit_requests?: number | undefined
  readonly period: Period
}

const LIMITS = ['limit_usd', 'limit_tokens', 'limit_requests'] as const

/** A limit over a period as the kit reads it; exactly one limit must be stated. */
export function readAmount(amount: Amount, context: z.core.$RefinementCtx): BudgetEntry {
  const [limit, ...others] = LIMITS.filter((field) => amount[field] !== undefined)
  if (limit !== undefined && others.length === 0) return { [limit]: amount[limit], period: amount.period }
  const sentence = () =>
    limit === undefined
      ? `needs ${listed(LIMITS)}`
      : `has ${[limit, ...others].join(' and ')}: a budget has one limit, so write two budgets`
  return complain(context, sentence)
}

const LATER: Later = {
  anchor_day: 'months begin on their first day until then',
  timezone: 'all periods follow the timezone of the gateway until then',
}

const budget: z.ZodType<BudgetEntry> = fields(
  { ...amountFields, mode: choice({ hard: 'hard', soft: 'soft' } as const).default('hard') },
  LATER,
).transform(({ mode, ...amount }, context) => ({ ...readAmount(amount, context), mode }))

/** A list of budgets; none when absent. */
export const budgets: z.ZodType<readonly BudgetEntry[]> = z.array(budget).default([])
