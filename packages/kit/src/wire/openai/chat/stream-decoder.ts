import type { StreamDecoder } from '../../format.ts'
import { isObject, type JsonObject } from '../../json.ts'
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
  const told: StreamEvent[] = []
  let id = ''
  let usage: Usage | undefined
  let state: 'unstarted' | 'running' | 'done' | 'over' = 'unstarted'

  const start = (chunk: JsonObject): void => {
    const begun = startOf(chunk)
    // Azure's first chunk is about the prompt, and has neither an id nor a model.
    if (begun.id === '' && choicesIn(chunk).length === 0) return
    id = begun.id
    state = 'running'
    told.push(begun)
  }
  const decoderOf = ({ index: said }: JsonObject): ChoiceDecoder => {
    const index = typeof said === 'number' ? said : 0
    const known = choices.get(index)
    if (known) return known
    const decoder = choiceDecoder(index, id, told)
    choices.set(index, decoder)
    return decoder
  }
  const decode = (chunk: JsonObject): readonly StreamEvent[] => {
    if (state === 'unstarted') start(chunk)
    usage = readChunkUsage(chunk, quirks) ?? usage
    for (const choice of choicesIn(chunk)) decoderOf(choice).push(choice)
    return told.splice(0)
  }

  const end = (error?: ProviderError): readonly StreamEvent[] => {
    if (state === 'over') return []
    const isCut = state !== 'done' && ![...choices.values()].some((choice) => choice.hasEnded())
    state = 'over'
    const failure = error ?? (isCut ? BROKEN_OFF : undefined)
    if (failure) return [{ type: 'error', error: failure }, { type: 'end' }]
    for (const choice of choices.values()) choice.close()
    for (const choice of choices.values()) told.push(choice.finish())
    if (usage) told.push({ type: 'usage', usage })
    told.push({ type: 'end' })
    return told.splice(0)
  }

  return {
    push({ data, json: chunk }) {
      if (state === 'over') return []
      if (chunk) {
        const error = errorIn(chunk)
        return error ? end(error) : decode(chunk)
      }
      // Anything else that is no JSON is no chunk, and not ours to judge.
      if (data.trim() !== DONE) return []
      state = 'done'
      return end()
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
