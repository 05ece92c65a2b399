import type { Refusal } from '../behaviour.ts'
import { type Body, isObject } from '../dialect.ts'
import { invalid } from './errors.ts'

const LEAST_BUDGET = 1_024

/** What a request asks of thinking: https://platform.claude.com/docs/en/build-with-claude/extended-thinking */
export interface Thinking {
  /** Its text is told, and not its signature alone. */
  readonly shown: boolean
}

export function thinkingOf({ thinking }: Body): Thinking | undefined {
  if (!isObject(thinking) || thinking.type === 'disabled') return undefined
  return { shown: thinking.display !== 'omitted' }
}

export function wrongThinking({
  thinking,
  max_tokens: cap,
  tool_choice: choice,
  temperature,
}: Body): Refusal | undefined {
  if (!isObject(thinking) || thinking.type === 'disabled') return undefined
  if (thinking.type === 'enabled') {
    const { budget_tokens: budget } = thinking
    if (typeof budget !== 'number' || budget < LEAST_BUDGET) {
      return invalid(
        `thinking.enabled.budget_tokens: Input should be greater than or equal to ${LEAST_BUDGET}`,
      )
    }
    if (budget >= Number(cap)) return invalid('`max_tokens` must be greater than `thinking.budget_tokens`.')
  }
  if (isObject(choice) && (choice.type === 'any' || choice.type === 'tool')) {
    return invalid('Thinking may not be enabled when tool_choice forces tool use.')
  }
  if (temperature !== undefined && temperature !== 1) {
    return invalid('`temperature` may only be set to 1 when thinking is enabled.')
  }
  return undefined
}
