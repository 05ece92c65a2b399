import type { RequestCaps, TierRecord } from '@tollgate/kit/directory'
import { z } from 'zod'
import { count, label, modelPatternText, role, usd, word } from '../leaves.ts'
import { present, type Shape, shapeOf } from '../shape.ts'
import { budgetsWire, readBudgets, writeBudgets } from './budget.ts'

const caps = z.strictObject({
  max_input_tokens: count.optional(),
  max_output_tokens: count.optional(),
  max_cost_usd: usd.optional(),
})

const rates = z.strictObject({ rpm: count.optional(), tpm: count.optional(), concurrency: count.optional() })

export const tierShape: Shape<TierRecord> = shapeOf(
  {
    label: label.optional().describe('Free text for people.'),
    models: z.array(modelPatternText).min(1).max(1000).describe('Patterns over canonical model names.'),
    endpoints: z
      .array(word)
      .max(100)
      .optional()
      .describe('Endpoint classes besides chat, completions and embeddings.'),
    approval: z
      .union([role, z.literal('none')])
      .optional()
      .describe('Whose approval gives it.'),
    rank: z
      .int()
      .min(0)
      .max(1_000_000)
      .describe('Where it stands among the tiers: the least has the lowest.'),
    caps: caps.optional().describe('Bounds of one request.'),
    rates: rates.optional().describe('How fast whoever has it may go, unless it has rates of its own.'),
    budgets: budgetsWire
      .optional()
      .describe('What whoever has it may spend, unless it has budgets of its own.'),
  },
  {
    read: ({ caps, rates, budgets, ...same }) =>
      present({
        ...same,
        caps: caps && readCaps(caps),
        rates: rates && present(rates),
        budgets: budgets && readBudgets(budgets),
      }),
    write: ({ label, models, endpoints, approval, rank, caps, rates, budgets }) => ({
      label,
      models: [...models],
      endpoints: endpoints && [...endpoints],
      approval,
      rank,
      caps: caps && writeCaps(caps),
      rates: rates && { ...rates },
      budgets: budgets && writeBudgets(budgets),
    }),
  },
)

function readCaps({ max_input_tokens, max_output_tokens, max_cost_usd }: z.output<typeof caps>): RequestCaps {
  return present({
    maxInputTokens: max_input_tokens,
    maxOutputTokens: max_output_tokens,
    maxCostNanoUsd: max_cost_usd,
  })
}

function writeCaps({ maxInputTokens, maxOutputTokens, maxCostNanoUsd }: RequestCaps): z.output<typeof caps> {
  return present({
    max_input_tokens: maxInputTokens,
    max_output_tokens: maxOutputTokens,
    max_cost_usd: maxCostNanoUsd,
  })
}
