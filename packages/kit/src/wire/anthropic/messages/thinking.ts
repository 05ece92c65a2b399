import { isObject, type JsonObject } from '../../json.ts'
import type { Reasoning } from '../../neutral/conversation.ts'
import type { ModelTraits } from './model-traits.ts'

/** `thinking` and `output_config.effort` of a request: https://platform.claude.com/docs/en/build-with-claude/thinking */
export interface Thinking {
  readonly thinking?: JsonObject
  readonly effort?: string
}

const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'] as const
type Effort = (typeof EFFORTS)[number]

/** What a request says of thinking; a type that only this dialect has is left for who keeps what is foreign. */
export function readReasoning({ thinking, output_config: config }: JsonObject): Reasoning | undefined {
  const effort = isObject(config) ? EFFORTS.find((known) => known === config.effort) : undefined
  const said = isObject(thinking) ? readThinking(thinking, effort) : {}
  const reasoning = { ...(effort ? { effort } : {}), ...said }
  return Object.keys(reasoning).length > 0 ? reasoning : undefined
}

function readThinking(thinking: JsonObject, effort: Effort | undefined): Reasoning {
  const show = SHOWN[String(thinking.display)]
  switch (thinking.type) {
    case 'enabled':
      return {
        ...(typeof thinking.budget_tokens === 'number' ? { budgetTokens: thinking.budget_tokens } : {}),
        ...(show ? { show } : {}),
      }
    case 'adaptive':
      return { adaptive: true, ...(show ? { show } : {}) }
    case 'disabled':
      // The effort is that of the whole answer, and may be high without a thought.
      return effort ? { budgetTokens: 0 } : { effort: 'none' }
    default:
      return {}
  }
}

const SHOWN: Readonly<Record<string, 'none' | 'summary'>> = { summarized: 'summary', omitted: 'none' }

/** The least budget there is: https://platform.claude.com/docs/en/build-with-claude/extended-thinking */
const LEAST_BUDGET = 1_024

/** Where a model knows only budgets, what efforts in words come to, tokens. */
const BUDGETS: Readonly<Record<Exclude<Reasoning['effort'] & string, 'none'>, number>> = {
  minimal: LEAST_BUDGET,
  low: 2_048,
  medium: 8_192,
  high: 16_384,
  xhigh: 32_768,
  max: 32_768,
}

export interface ThinkingLimits {
  readonly traits: ModelTraits
  readonly maxTokens: number
  /** A tool must be called, which no model does after it has begun to think. */
  readonly toolForced: boolean
}

/** How a model is asked to think as much, in the way that it knows. */
export function writeThinking(reasoning: Reasoning | undefined, limits: ThinkingLimits): Thinking {
  if (!reasoning) return {}
  const { traits, toolForced } = limits
  const effort = writeEffort(reasoning.effort, traits)
  const said = effort && traits.effort ? { effort } : {}
  if (reasoning.effort === 'none' || reasoning.budgetTokens === 0)
    return { thinking: { type: 'disabled' }, ...said }
  const asks = reasoning.effort ?? reasoning.budgetTokens ?? reasoning.adaptive
  if (asks === undefined || asks === false || toolForced) return said
  const thinking = enabled(reasoning, limits)
  return { ...(thinking ? { thinking } : {}), ...said }
}

function writeEffort(effort: Reasoning['effort'], { xhigh }: ModelTraits): string | undefined {
  if (effort === 'none') return undefined
  if (effort === 'minimal') return 'low'
  return effort === 'xhigh' && !xhigh ? 'high' : effort
}

function enabled(
  { budgetTokens, effort, show }: Reasoning,
  { traits, maxTokens }: ThinkingLimits,
): JsonObject | undefined {
  const display = show === undefined ? {} : { display: show === 'none' ? 'omitted' : 'summarized' }
  if (traits.adaptiveThinking && !(budgetTokens !== undefined && traits.thinkingBudget))
    return { type: 'adaptive', ...display }
  const wanted = budgetTokens ?? BUDGETS[effort === undefined || effort === 'none' ? 'medium' : effort]
  const budget = Math.max(LEAST_BUDGET, Math.min(wanted, maxTokens - 1))
  if (!traits.thinkingBudget || budget >= maxTokens) return undefined
  return { type: 'enabled', budget_tokens: budget, ...(traits.adaptiveThinking ? display : {}) }
}
