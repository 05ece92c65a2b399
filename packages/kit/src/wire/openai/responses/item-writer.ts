import type { JsonObject } from '../../json.ts'
import type { Turn } from '../../neutral/conversation.ts'
import type { Part, ToolCallPart, ToolResultPart } from '../../neutral/part.ts'
import { callIdFor } from '../call-ids.ts'
import { writeInput, writeOutputPart } from './parts.ts'
import { writeReasoning } from './reasoning.ts'

/** Write turns as items. */
export function writeItems(turns: readonly Turn[]): readonly JsonObject[] {
  return turns.flatMap(({ role, parts }) => {
    if (role === 'assistant') return writeAssistant(parts)
    if (role === 'tool') return parts.filter((part) => part.type === 'tool_result').map(writeResult)
    return [{ type: 'message', role, content: writeInput(parts) }]
  })
}

/** One item for each thought and each call, and one for the texts and refusals between them. */
function writeAssistant(parts: readonly Part[]): readonly JsonObject[] {
  const items: JsonObject[] = []
  let content: JsonObject[] = []
  const flush = () => {
    if (content.length > 0) items.push({ type: 'message', role: 'assistant', content })
    content = []
  }
  for (const part of parts) {
    const said = writeOutputPart(part)
    if (said) content.push(said)
    const item = writeAssistantItem(part)
    if (!item) continue
    flush()
    items.push(item)
  }
  flush()
  return items
}

function writeAssistantItem(part: Part): JsonObject | undefined {
  if (part.type === 'reasoning') return writeReasoning(part)
  return part.type === 'tool_call' ? writeCall({ ...part, id: callIdFor(part.id) }) : undefined
}

export function writeCall({ id, name, arguments: text, custom }: ToolCallPart): JsonObject {
  return custom
    ? { type: 'custom_tool_call', call_id: id, name, input: text }
    : { type: 'function_call', call_id: id, name, arguments: text }
}

function writeResult({ callId, parts, custom }: ToolResultPart): JsonObject {
  return {
    type: custom ? 'custom_tool_call_output' : 'function_call_output',
    call_id: callIdFor(callId),
    output: writeInput(parts),
  }
}
