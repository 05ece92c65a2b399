import type { Asked, StreamEncoder } from '../../format.ts'
import type { JsonObject } from '../../json.ts'
import type { Answer } from '../../neutral/answer.ts'
import type { StreamEvent } from '../../neutral/stream.ts'
import { DONE } from '../completion-rules.ts'
import { writeError } from '../errors.ts'
import { prefixedId } from '../prefixed-id.ts'
import { writeUsage } from '../usage.ts'
import { CHAT_ID } from './answer-writer.ts'
import { type ChoiceEncoder, choiceEncoder } from './choice-encoder.ts'

/** Neutral events as chunks of Chat Completions: https://platform.openai.com/docs/api-reference/chat-streaming */
export function streamEncoder({ model, wantsUsage }: Asked): StreamEncoder {
  const choices = new Map<number, ChoiceEncoder>()
  let head = headOf(model)

  // Whoever asked for usage finds the field in every chunk, and null in all but the last.
  const chunk = (choice: string, usage: JsonObject | null = null) =>
    `data: ${head},"choices":[${choice}]${wantsUsage ? `,"usage":${JSON.stringify(usage)}` : ''}}\n\n`
  const choiceChunks = (index: number, deltas: readonly JsonObject[], finishReason: string | null = null) => {
    let chunks = ''
    for (const delta of deltas) chunks += chunk(choiceText(index, delta, finishReason))
    return chunks
  }
  /** A choice's first chunk says whose words they are. */
  const begin = (index: number): string => {
    if (choices.has(index)) return ''
    choices.set(index, choiceEncoder())
    return choiceChunks(index, [{ role: 'assistant', content: '', refusal: null }])
  }

  const encode = (said: StreamEvent): string => {
    switch (said.type) {
      case 'start':
        head = headOf(model, said)
        return begin(0)
      case 'usage':
        return wantsUsage ? chunk('', writeUsage(said.usage)) : ''
      case 'error':
        return `data: ${JSON.stringify(writeError(said.error).body)}\n\n`
      case 'end':
        return `data: ${DONE}\n\n`
      case 'finish': {
        const { choice, finish } = said
        const first = begin(choice)
        return first + choiceChunks(choice, [{}], choices.get(choice)!.finish(finish))
      }
      default: {
        const first = begin(said.choice)
        return first + choiceChunks(said.choice, choices.get(said.choice)!.push(said))
      }
    }
  }

  return { push: encode }
}

/** What all chunks of a stream begin with, as JSON that goes on: it is the most of each, and written once. */
function headOf(model: string, start: Pick<Answer, 'id' | 'createdAtSec'> = NOT_STARTED): string {
  const { id, createdAtSec: created } = start
  const head = { id: prefixedId(CHAT_ID, id), object: 'chat.completion.chunk', created, model }
  return JSON.stringify(head).slice(0, -1)
}

const NOT_STARTED = { id: '', createdAtSec: 0 }

function choiceText(index: number, delta: JsonObject, finishReason: string | null): string {
  const said = `"index":${index},"delta":${JSON.stringify(delta)}`
  return `{${said},"logprobs":null,"finish_reason":${JSON.stringify(finishReason)}}`
}
