import { isCount, isObject, type JsonObject } from '../../json.ts'
import { inputTokens, outputTokens, type Usage } from '../../usage.ts'

/**
 * Read the usage of a response in a session. Its counts include what was read from the cache, which is told apart by kind;
 * here each token stands once, at its own kind. Where it is not told apart it is taken to be text, which saves the least.
 * Undefined when it says nothing, or what cannot be.
 *
 * Sources: https://platform.openai.com/docs/api-reference/realtime-server-events/response/done ·
 * https://developers.openai.com/api/docs/guides/realtime-costs
 */
export function readResponseUsage(usage: unknown): Usage | undefined {
  if (!isObject(usage)) return undefined
  const input = objectAt(usage, 'input_token_details')
  const output = objectAt(usage, 'output_token_details')
  const cached = objectAt(input, 'cached_tokens_details')
  const told = [usage.input_tokens, usage.output_tokens, ...[input, output, cached].flatMap(Object.values)]
  if (!told.filter((each) => !isObject(each)).every(isCountOrNone)) return undefined

  const all = count(usage.input_tokens)
  const audio = Math.min(count(input.audio_tokens), all)
  const image = Math.min(count(input.image_tokens), all - audio)
  const text = all - audio - image
  const fromCache = count(input.cached_tokens)
  const cachedAudioInput = Math.min(count(cached.audio_tokens), audio)
  const cachedImageInput = Math.min(count(cached.image_tokens), image)
  const cachedInput = Math.min(Math.max(0, fromCache - cachedAudioInput - cachedImageInput), text)
  const generated = count(usage.output_tokens)
  const audioOutput = Math.min(count(output.audio_tokens), generated)
  const read = {
    input: text - cachedInput,
    output: generated - audioOutput,
    ...positive({ cachedInput, cachedAudioInput, cachedImageInput }),
    ...positive({ audioInput: audio - cachedAudioInput, imageInput: image - cachedImageInput, audioOutput }),
    ...positive({ reasoning: count(output.reasoning_tokens) }),
  }
  return inputTokens(read) + outputTokens(read) > 0 ? read : undefined
}

/**
 * Read the usage of a transcription in a session, which another model makes: tokens, or seconds of sound.
 * Source: https://platform.openai.com/docs/api-reference/realtime-server-events/conversation/item/input_audio_transcription/completed
 */
export function readTranscriptionUsage(usage: unknown): Usage | undefined {
  if (!isObject(usage)) return undefined
  if (usage.type === 'duration') {
    const { seconds } = usage
    if (typeof seconds !== 'number' || !(seconds >= 0 && seconds <= MAX_SECONDS)) return undefined
    return { input: 0, output: 0, audioMs: Math.ceil(seconds * 1000) }
  }
  const details = objectAt(usage, 'input_token_details')
  if (![usage.input_tokens, usage.output_tokens, details.audio_tokens].every(isCountOrNone)) return undefined
  const audioInput = Math.min(count(details.audio_tokens), count(usage.input_tokens))
  return {
    input: count(usage.input_tokens) - audioInput,
    output: count(usage.output_tokens),
    ...positive({ audioInput }),
  }
}

/** Longer than any session: https://developers.openai.com/api/docs/guides/realtime-conversations#session-lifecycle-events */
const MAX_SECONDS = 24 * 3600

function objectAt(of: JsonObject, name: string): JsonObject {
  const value = of[name]
  return isObject(value) ? value : {}
}

/** What is left out, or null, is none. */
function isCountOrNone(value: unknown): boolean {
  return value === undefined || value === null || isCount(value)
}

function count(value: unknown): number {
  return typeof value === 'number' ? value : 0
}

function positive(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).filter(([, value]) => value > 0))
}
