import type { JsonObject } from '../../json.ts'
import type { MediaPart, Part, ToolCallPart } from '../../neutral/part.ts'
import { writeCall } from './item-writer.ts'
import { writeOutputPart } from './parts.ts'
import { showCallSeal, showReasoning } from './reasoning.ts'

/**
 * Items of an answer, each with an id of its own: the answer's, and its place in it. The same whether they come in a
 * stream or all at once.
 */
export function itemId(prefix: 'msg' | 'rs' | 'fc' | 'ctc' | 'ig', answerId: string, index: number): string {
  return `${prefix}_${answerId.replace(/^resp_/, '')}_${index}`
}

type Status = 'in_progress' | 'completed'

export function messageItem(id: string, content: readonly JsonObject[], status: Status): JsonObject {
  return { type: 'message', id, status, role: 'assistant', content }
}

export function callItem(answerId: string, index: number, call: ToolCallPart, status: Status): JsonObject {
  return { id: itemId(call.custom ? 'ctc' : 'fc', answerId, index), ...writeCall(call), status }
}

/** A picture that came inside an answer; undefined for any other medium. */
export function pictureItem(
  answerId: string,
  index: number,
  { type, source }: MediaPart,
): JsonObject | undefined {
  if (type !== 'image' || source.from !== 'data') return undefined
  return {
    type: 'image_generation_call',
    id: itemId('ig', answerId, index),
    status: 'completed',
    output_format: source.mediaType.replace(/^image\//, ''),
    result: source.base64,
  }
}

/** A content part as it is when it is complete. */
export function outputPart(part: Part): JsonObject | undefined {
  const said = writeOutputPart(part)
  return said?.type === 'output_text' ? { ...said, logprobs: [] } : said
}

/** All items of an answer. Texts and refusals that follow each other are one message. */
export function outputItems(answerId: string, parts: readonly Part[]): readonly JsonObject[] {
  const items: JsonObject[] = []
  let message: JsonObject[] | undefined
  for (const part of parts) {
    const said = outputPart(part)
    if (said) {
      if (!message) {
        message = []
        items.push(messageItem(itemId('msg', answerId, items.length), message, 'completed'))
      }
      message.push(said)
      continue
    }
    const found = itemsOf(part, answerId, items.length)
    if (found.length > 0) message = undefined
    items.push(...found)
  }
  return items
}

function itemsOf(part: Part, answerId: string, index: number): readonly JsonObject[] {
  switch (part.type) {
    case 'reasoning':
      return [showReasoning(itemId('rs', answerId, index), part)]
    case 'tool_call': {
      const call = callItem(answerId, index, part, 'completed')
      return part.seal ? [call, showCallSeal(part.id, part.seal)] : [call]
    }
    case 'image':
      return [pictureItem(answerId, index, part)].filter((item) => item !== undefined)
    default:
      return []
  }
}
