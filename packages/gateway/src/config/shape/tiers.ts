import { z } from 'zod'
import type { Tier } from '../config.ts'
import { budgets } from './budget.ts'
import { costCap } from './cost-cap.ts'
import { choice, fields, text } from './fields.ts'
import { limitUsd, name, tokenCount } from './leaves.ts'
import { pattern, rates } from './rates.ts'
import type { Stated } from './stated.ts'

/** Endpoint classes that a tier may open besides text. */
const endpoints = [
  ...['fine-tuning', 'images', 'vision', 'audio', 'realtime', 'batches', 'files', 'assistants', 'videos'],
  'other',
]

/** A tier without its name, which stands before it. */
export type StatedTier = Omit<Stated<Tier>, 'name'>

const tier: z.ZodType<StatedTier> = fields({
  models: z.array(pattern).min(1),
  endpoints: z.array(choice(Object.fromEntries(endpoints.map((word) => [word, word])))).default([]),
  approval: text().default('none'),
  label: name.optional(),
  rates: rates.optional(),
  budgets,
  max_input_tokens: tokenCount.optional(),
  max_output_tokens: tokenCount.optional(),
  max_cost_usd: limitUsd.optional(),
}).transform(({ max_input_tokens, max_output_tokens, max_cost_usd, label, ...tier }) => {
  const caps = {
    ...(max_input_tokens !== undefined && { maxInputTokens: max_input_tokens }),
    ...(max_output_tokens !== undefined && { maxOutputTokens: max_output_tokens }),
    ...costCap(max_cost_usd),
  }
  return {
    ...tier,
    ...(label !== undefined && { label }),
    ...(Object.keys(caps).length > 0 && { caps }),
  }
})

export const tiers: z.ZodType<Readonly<Record<string, StatedTier>>> = z.record(z.string(), tier)
