import { defined } from '../../defined.ts'
import type { JsonObject } from '../../json.ts'
import type { Turn } from '../../neutral/conversation.ts'
import { isMedia, type MediaPart, type Part, type ToolResultPart } from '../../neutral/part.ts'
import { callIdFor } from '../call-ids.ts'
import { writeContent } from './parts.ts'
import { writeReasoning } from './reasoning.ts'
import { writeCallSeal, writeToolCall } from './tool-calls.ts'

/** Write turns as `messages`. */
export function writeMessages(turns: readonly Turn[]): readonly JsonObject[] {
  return turns.flatMap((turn) => {
    if (turn.role === 'tool') return writeResults(turn.parts.filter((part) => part.type === 'tool_result'))
    const { role, name } = turn
    const said = role === 'assistant' ? writeAssistant(turn.parts) : { content: writeContent(turn.parts) }
    return [{ role, ...said, ...defined({ name }) }]
  })
}

function writeAssistant(parts: readonly Part[]): JsonObject {
  const calls = parts.filter((part) => part.type === 'tool_call')
  const refusals = parts.filter((part) => part.type === 'refusal')
  const texts = parts.filter((part) => part.type === 'text')
  // A refusal has a field of its own, and stands among the texts only where one field is not enough.
  const [refusal] = refusals
  const alone = refusals.length === 1 && texts.length === 0 ? refusal : undefined
  const content = alone ? '' : writeContent([...texts, ...refusals])
  return {
    content: content === '' && (alone || calls.length > 0) ? null : content,
    ...(alone ? { refusal: alone.text } : {}),
    ...writeReasoning(parts.filter((part) => part.type === 'reasoning')),
    ...(calls.length > 0
      ? {
          tool_calls: calls.map((call) => ({
            ...writeToolCall({ ...call, id: callIdFor(call.id) }),
            ...(call.seal?.from === 'chat' ? writeCallSeal(call.seal) : {}),
          })),
        }
      : {}),
  }
}

/** A message for each result, right behind the calls; what is no text in them follows as a user's, which may show it. */
function writeResults(results: readonly ToolResultPart[]): readonly JsonObject[] {
  const shown = results.flatMap(({ parts }) => parts.filter(isShown))
  const messages = results.map(({ callId, parts }) => ({
    role: 'tool',
    tool_call_id: callIdFor(callId),
    content: writeContent(parts.filter((part) => !isShown(part))),
  }))
  const content = writeContent(shown)
  return content === '' ? messages : [...messages, { role: 'user', content }]
}

/** A document that is plain text is read where it stands. */
function isShown(part: Part): part is MediaPart {
  return isMedia(part) && part.source.from !== 'text'
}
