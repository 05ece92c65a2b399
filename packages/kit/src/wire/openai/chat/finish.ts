import type { Finish, FinishReason } from '../../neutral/answer.ts'

/** What of a choice says more than its own word for why it ended. */
export interface Said {
  readonly hasCalls: boolean
  readonly hasRefusal: boolean
}

const REASONS: ReadonlyMap<unknown, FinishReason> = new Map<unknown, FinishReason>([
  ['stop', 'stop'],
  ['length', 'length'],
  ['tool_calls', 'tool_calls'],
  ['function_call', 'tool_calls'],
  ['content_filter', 'content_filter'],
  // OpenRouter's, for a provider that failed behind it.
  ['error', 'error'],
])

/**
 * Why a choice ended. `stop` is also said where a tool was called that had to be, and where the model refuses.
 * Source: https://platform.openai.com/docs/api-reference/chat/object#chat-object-choices-finish_reason
 */
export function readFinish(reason: unknown, { hasCalls, hasRefusal }: Said): Finish {
  const known = REASONS.get(reason) ?? 'stop'
  if (known !== 'stop') return { reason: known }
  if (hasCalls) return { reason: 'tool_calls' }
  return { reason: hasRefusal ? 'refusal' : 'stop' }
}

export function writeFinish({ reason }: Finish, { hasRefusal }: Said): string {
  if (reason === 'pause') return 'stop'
  if (reason !== 'refusal') return reason
  // A refusal in words is in a field of its own; one without any looks like a filter's.
  return hasRefusal ? 'stop' : 'content_filter'
}
