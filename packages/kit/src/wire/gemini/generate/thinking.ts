import { MAX_OUTPUT_TOKENS } from '../../call.ts'
import type { JsonObject } from '../../json.ts'
import type { Reasoning } from '../../neutral/conversation.ts'
import { booleanField, integerField, wordField } from '../fields.ts'
import { generationOf, isGemini3 } from './model-generation.ts'

type Effort = NonNullable<Reasoning['effort']>

const LEVELS: Readonly<Record<string, Effort>> = {
  MINIMAL: 'minimal',
  LOW: 'low',
  MEDIUM: 'medium',
  HIGH: 'high',
}
const AUTOMATIC = -1

/** How much is to be thought: https://ai.google.dev/gemini-api/docs/thinking */
export function readThinking(config: JsonObject): Reasoning | undefined {
  const path = 'generationConfig.thinkingConfig'
  const effort = LEVELS[wordField(config, 'thinkingLevel', `${path}.thinkingLevel`) ?? '']
  const budget = integerField(config, 'thinkingBudget', {
    path: `${path}.thinkingBudget`,
    min: AUTOMATIC,
    max: MAX_OUTPUT_TOKENS,
  })
  const shows = booleanField(config, 'includeThoughts', `${path}.includeThoughts`)
  const reasoning: Reasoning = {
    ...(effort === undefined ? {} : { effort }),
    ...(budget === undefined ? {} : budget === AUTOMATIC ? { adaptive: true } : { budgetTokens: budget }),
    ...(shows === undefined ? {} : { show: shows ? 'summary' : 'none' }),
  }
  return Object.keys(reasoning).length > 0 ? reasoning : undefined
}

/** Levels of Gemini 3; its Pro models have no MINIMAL. Google's own table: https://ai.google.dev/gemini-api/docs/openai#thinking */
const LEVEL_OF: Readonly<Record<Effort, string>> = {
  none: 'MINIMAL',
  minimal: 'MINIMAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
  xhigh: 'HIGH',
  max: 'HIGH',
}

/** Budgets of Gemini 2.5, by the same table. Pro cannot but think: 128 tokens are its least. */
const BUDGET_OF: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 1_024,
  low: 1_024,
  medium: 8_192,
  high: 24_576,
  xhigh: 24_576,
  max: 24_576,
}
const LEAST_OF_PRO = 128

/** Undefined where nothing was asked, and for models that do not think. A budget and a level are never given together. */
export function writeThinking(reasoning: Reasoning | undefined, model: string): JsonObject | undefined {
  if (!reasoning || (generationOf(model) ?? 0) < 2.5) return undefined
  const { show } = reasoning
  const config = {
    ...amountOf(reasoning, model),
    ...(show === undefined ? {} : { includeThoughts: show !== 'none' }),
  }
  return Object.keys(config).length > 0 ? config : undefined
}

function amountOf({ effort, budgetTokens, adaptive }: Reasoning, model: string): JsonObject {
  const isPro = model.includes('pro')
  if (budgetTokens !== undefined) {
    return { thinkingBudget: isPro ? Math.max(budgetTokens, LEAST_OF_PRO) : budgetTokens }
  }
  if (effort === undefined) return adaptive && !isGemini3(model) ? { thinkingBudget: AUTOMATIC } : {}
  if (!isGemini3(model)) return { thinkingBudget: Math.max(BUDGET_OF[effort], isPro ? LEAST_OF_PRO : 0) }
  const level = LEVEL_OF[effort]
  return { thinkingLevel: isPro && level === 'MINIMAL' ? 'LOW' : level }
}
