import type { StreamDecoder } from '../../format.ts'
import { isObject, type JsonObject, parseObject } from '../../json.ts'
import { BROKEN_OFF, type ProviderError } from '../../neutral/provider-error.ts'
import type { StreamEvent } from '../../neutral/stream.ts'
import type { UsageQuirks } from '../../quirks.ts'
import type { Usage } from '../../usage.ts'
import { DONE, readChunkUsage } from '../completion-rules.ts'
import { readError } from '../errors.ts'
import { type ChoiceDecoder, choiceDecoder } from './choice-decoder.ts'

/**
 * Chunks of Chat Completions as neutral events: https://platform.openai.com/docs/api-reference/chat-streaming. Why choices
 * ended, and the usage, are told last, when nothing can come after: some providers say their usage in every chunk.
 */
export function streamDecoder(quirks?: UsageQuirks): StreamDecoder {
  const choices = new Map<number, ChoiceDecoder>()
  let id = ''
  let usage: Usage | undefined
  let state: 'unstarted' | 'running' | 'done' | 'over' = 'unstarted'

  const decode = (chunk: JsonObject): readonly StreamEvent[] => {
    const events: StreamEvent[] = []
    const start = startOf(chunk)
    const saysNothing = start.id === '' && choicesIn(chunk).length === 0
    // Azure's first chunk is about the prompt, and has neither an id nor a model.
    if (state === 'unstarted' && !saysNothing) {
      id = start.id
      state = 'running'
      events.push(start)
    }
    usage = readChunkUsage(chunk, quirks) ?? usage
    for (const choice of choicesIn(chunk)) {
      const index = typeof choice.index === 'number' ? choice.index : 0
      let decoder = choices.get(index)
      if (!decoder) {
        decoder = choiceDecoder(index, id)
        choices.set(index, decoder)
      }
      events.push(...decoder.push(choice))
    }
    return events
  }

  const end = (error?: ProviderError): readonly StreamEvent[] => {
    if (state === 'over') return []
    const isCut = state !== 'done' && ![...choices.values()].some((choice) => choice.finished)
    state = 'over'
    const failure = error ?? (isCut ? BROKEN_OFF : undefined)
    if (failure) return [{ type: 'error', error: failure }, { type: 'end' }]
    const ends = [...choices.values()]
    return [
      ...ends.flatMap((choice) => choice.close()),
      ...ends.map((choice) => choice.finish()),
      ...(usage ? [{ type: 'usage' as const, usage }] : []),
      { type: 'end' },
    ]
  }

  return {
    push(data) {
      if (state === 'over') return []
      if (data.trim() === DONE) {
        state = 'done'
        return end()
      }
      // Something that is no JSON is no chunk, and not ours to judge.
      const chunk = parseObject(data)
      if (!chunk) return []
      const error = errorIn(chunk)
      return error ? end(error) : decode(chunk)
    },
    end: () => end(),
  }
}

/** An error inside a stream that has begun with status 200; its own code may be a status. */
function errorIn(chunk: JsonObject): ProviderError | undefined {
  const { error, object } = chunk
  if ((error === undefined || error === null) && object !== 'error') return undefined
  const said = isObject(error) ? error : chunk
  const { code } = said
  return readError(typeof code === 'number' && code >= 400 && code < 600 ? code : 500, chunk)
}

type Start = Extract<StreamEvent, { type: 'start' }>

function startOf({ id, model, created }: JsonObject): Start {
  return {
    type: 'start',
    id: typeof id === 'string' ? id : '',
    model: typeof model === 'string' ? model : '',
    createdAtSec: typeof created === 'number' ? created : 0,
  }
}

function choicesIn({ choices }: JsonObject): readonly JsonObject[] {
  return Array.isArray(choices) ? choices.filter(isObject) : []
}
