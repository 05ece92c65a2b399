import type { Answer } from '../wire/neutral/answer.ts'
import type { Part } from '../wire/neutral/part.ts'

/** What an answer may be made of that is kept: the rest only its own provider could say again. */
const KEPT: ReadonlySet<Part['type']> = new Set(['text', 'refusal', 'reasoning', 'tool_call'])

/** Why an answer is not kept, in a word; undefined when it may be. */
export function notKept(answer: Answer, { toolCalls }: { readonly toolCalls: boolean }): string | undefined {
  for (const { parts, finish } of answer.choices) {
    if (finish.reason !== 'stop' && !(toolCalls && finish.reason === 'tool_calls')) return finish.reason
    if (!parts.every(({ type }) => KEPT.has(type))) return 'provider_parts'
    if (parts.length === 0) return 'empty'
  }
  return undefined
}
