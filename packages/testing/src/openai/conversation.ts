import type { Refusal } from '../behaviour.ts'
import { type Body, isObject } from '../dialect.ts'
import { invalidRequest } from './errors.ts'

/**
 * The messages of a chat, as OpenAI takes them: every result of a tool belongs to a call of the message before it, and
 * every call has its result before anything else is said.
 */
export function messagesIn({ messages }: Body): readonly Body[] | Refusal {
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isMessage)) {
    return invalidRequest(
      "Invalid 'messages': expected a non-empty array of objects with a role and content.",
      'messages',
    )
  }
  return misplacedResult(messages) ?? messages
}

function isMessage(message: unknown): message is Body {
  if (!isObject(message) || typeof message.role !== 'string') return false
  const { content } = message
  if (Array.isArray(content)) return content.every(isObject)
  return content === undefined || content === null || typeof content === 'string'
}

function misplacedResult(messages: readonly Body[]): Refusal | undefined {
  let unanswered = new Set<unknown>()
  for (const [index, { role, tool_calls: calls, tool_call_id: id }] of messages.entries()) {
    if (role === 'tool' && !unanswered.delete(id)) return unexpectedResult(index)
    if (role === 'tool') continue
    if (unanswered.size > 0) return missingResults(unanswered)
    unanswered = new Set(Array.isArray(calls) ? calls.map((call: Body) => call.id) : [])
  }
  return unanswered.size > 0 ? missingResults(unanswered) : undefined
}

function unexpectedResult(index: number): Refusal {
  return invalidRequest(
    "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
    `messages.[${index}].role`,
  )
}

function missingResults(ids: ReadonlySet<unknown>): Refusal {
  return invalidRequest(
    `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${[...ids].join(', ')}`,
    'messages',
  )
}
