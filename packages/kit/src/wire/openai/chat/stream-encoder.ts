import type { Asked, StreamEncoder } from '../../format.ts'
import type { JsonObject } from '../../json.ts'
import type { StreamEvent } from '../../neutral/stream.ts'
import { DONE } from '../completion-rules.ts'
import { writeError } from '../errors.ts'
import { prefixedId } from '../prefixed-id.ts'
import { writeUsage } from '../usage.ts'
import { CHAT_ID } from './answer-writer.ts'
import { type ChoiceEncoder, choiceEncoder } from './choice-encoder.ts'

type Start = Extract<StreamEvent, { type: 'start' }>

/** Neutral events as chunks of Chat Completions: https://platform.openai.com/docs/api-reference/chat-streaming */
export function streamEncoder({ model, wantsUsage }: Asked): StreamEncoder {
  const choices = new Map<number, ChoiceEncoder>()
  let start: Pick<Start, 'id' | 'createdAtSec'> = { id: '', createdAtSec: 0 }

  const chunk = (said: JsonObject) =>
    event({
      id: prefixedId(CHAT_ID, start.id),
      object: 'chat.completion.chunk',
      created: start.createdAtSec,
      model,
      // Whoever asked for usage finds the field in every chunk, and null in all but the last.
      ...(wantsUsage ? { usage: null } : {}),
      ...said,
    })
  const choiceChunks = (index: number, deltas: readonly JsonObject[], finishReason: string | null = null) =>
    deltas
      .map((delta) => chunk({ choices: [{ index, delta, logprobs: null, finish_reason: finishReason }] }))
      .join('')
  /** A choice's first chunk says whose words they are. */
  const begin = (index: number): string => {
    if (choices.has(index)) return ''
    choices.set(index, choiceEncoder())
    return choiceChunks(index, [{ role: 'assistant', content: '', refusal: null }])
  }

  const encode = (said: StreamEvent): string => {
    switch (said.type) {
      case 'start':
        start = said
        return begin(0)
      case 'usage':
        return wantsUsage ? chunk({ choices: [], usage: writeUsage(said.usage) }) : ''
      case 'error':
        return event(writeError(said.error).body)
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

  return {
    push(said) {
      const text = encode(said)
      return text === '' ? undefined : Buffer.from(text)
    },
  }
}

function event(data: JsonObject): string {
  return `data: ${JSON.stringify(data)}\n\n`
}
