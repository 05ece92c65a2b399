import { defined } from '../defined.ts'
import type { JsonObject } from '../json.ts'
import type { Reasoning, Sampling } from '../neutral/conversation.ts'
import { numberField, objectField } from './fields.ts'

export const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const
export const VERBOSITIES = ['low', 'medium', 'high'] as const

/** Up to this many tokens of thought is this much effort. */
const EFFORT_BY_BUDGET = [
  [0, 'none'],
  [2_048, 'low'],
  [8_192, 'medium'],
  [Number.POSITIVE_INFINITY, 'high'],
] as const

/** How much a model is to think, in OpenAI's words; a budget in tokens is put into words. */
export function effortOf({ effort, budgetTokens }: Reasoning): Reasoning['effort'] {
  if (effort !== undefined || budgetTokens === undefined) return effort
  return EFFORT_BY_BUDGET.find(([upTo]) => budgetTokens <= upTo)?.[1]
}

/** How tokens are chosen, as Chat and Responses both say it. */
export function readSampling(body: JsonObject): Sampling {
  const top = numberField(body, 'top_logprobs')
  return defined({
    temperature: numberField(body, 'temperature'),
    topP: numberField(body, 'top_p'),
    topK: numberField(body, 'top_k'),
    frequencyPenalty: numberField(body, 'frequency_penalty'),
    presencePenalty: numberField(body, 'presence_penalty'),
    seed: numberField(body, 'seed'),
    logprobs: body.logprobs === true ? (top ?? 0) : top,
    logitBias: objectField(body, 'logit_bias'),
  })
}

/** OpenAI's tiers; `standard_only` is Anthropic's word for the usual one. */
const TIERS: ReadonlyMap<string, string> = new Map([
  ...['auto', 'default', 'flex', 'scale', 'priority', 'fast', 'ultrafast'].map(
    (tier) => [tier, tier] as const,
  ),
  ['standard_only', 'default'],
])

export function tierOf(tier: string | undefined): string | undefined {
  return tier === undefined ? undefined : TIERS.get(tier)
}
