import type { AnswerRules } from '../../answer-reader.ts'
import { isObject, type JsonObject, parseObject } from '../../json.ts'
import type { StreamRules } from '../../stream-reader.ts'
import { mergeUsage, readUsage } from './usage.ts'

/** How answers are read: https://platform.claude.com/docs/en/api/messages/create */
export const MESSAGES_ANSWER: AnswerRules = {
  usageField: 'usage',
  modelField: 'model',
  usage: (value, other) => readUsage(value, other('model')),
  texts: (body) => (isObject(body) && Array.isArray(body.content) ? body.content.flatMap(blockTexts) : []),
}

/**
 * How one stream is read: https://platform.claude.com/docs/en/build-with-claude/streaming. The usage at its end says only
 * what has changed since its beginning, and not the model, so the rules of a stream remember what came before.
 */
export function messagesStream(): StreamRules {
  let known: JsonObject = {}
  let model: unknown
  return {
    usageMarks: ['"usage"'],
    terminalMark: '"message_stop"',
    isTerminal: (data) => data.includes('"message_stop"') && parseObject(data)?.type === 'message_stop',
    // While the answer runs, the value is null.
    finishMarks: ['"stop_reason":"', '"stop_reason": "'],
    usage(event) {
      const { type, message } = event
      if (type === 'message_start' && isObject(message)) {
        model = message.model
        known = mergeUsage(known, message.usage)
      } else if (type === 'message_delta') known = mergeUsage(known, event.usage)
      else return undefined
      return readUsage(known, model)
    },
    model: ({ message }) =>
      isObject(message) && typeof message.model === 'string' ? message.model : undefined,
    generated: ({ type, index, delta, content_block: block }) => {
      if (type === 'content_block_start') return [[index, blockTexts(block)]]
      return type === 'content_block_delta' ? [[index, deltaTexts(delta)]] : []
    },
  }
}

/** What the model itself has written of a block: results of hosted tools are read by it, as input. */
function blockTexts(block: unknown): string[] {
  if (!isObject(block)) return []
  if (block.type === 'text' || block.type === 'thinking') return strings(block.text, block.thinking)
  if (typeof block.name !== 'string') return []
  const input = isObject(block.input) && Object.keys(block.input).length > 0
  return [block.name, ...(input ? [JSON.stringify(block.input)] : [])]
}

function deltaTexts(delta: unknown): string[] {
  return isObject(delta) ? strings(delta.text, delta.thinking, delta.partial_json) : []
}

function strings(...values: readonly unknown[]): string[] {
  return values.filter((value) => typeof value === 'string')
}
