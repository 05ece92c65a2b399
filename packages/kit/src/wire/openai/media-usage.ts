import { isCount, isObject, type JsonObject } from '../json.ts'
import type { Usage } from '../usage.ts'

/** As what an endpoint's tokens are billed where its usage does not tell them apart. */
export interface UntoldKinds {
  readonly input: 'input' | 'audioInput' | 'imageInput'
  readonly output: 'output' | 'audioOutput' | 'imageOutput'
}

/**
 * Read the usage object of Images, Speech and Transcriptions: `input_tokens` and `output_tokens` include the kinds in their
 * details, which are `input_tokens_details` of pictures and `input_token_details` of sound. Each token stands once, at its own
 * kind. Undefined when it says nothing, or what cannot be.
 *
 * Sources: https://platform.openai.com/docs/api-reference/images/object ·
 * https://platform.openai.com/docs/api-reference/audio/json-object
 */
export function readMediaUsage(usage: unknown, untold: UntoldKinds): Usage | undefined {
  if (!isObject(usage)) return undefined
  const input = sideOf(usage, 'input')
  const output = sideOf(usage, 'output')
  if (!input || !output || (input.all === 0 && output.all === 0)) return undefined
  const counts: Record<string, number> = { input: input.text, output: output.text }
  const add = (kind: string, tokens: number) => {
    if (tokens > 0) counts[kind] = (counts[kind] ?? 0) + tokens
  }
  add('imageInput', input.image)
  add('audioInput', input.audio)
  add(untold.input, input.untold)
  add('imageOutput', output.image)
  add('audioOutput', output.audio)
  add(untold.output, output.untold)
  return counts as unknown as Usage
}

interface Side {
  readonly all: number
  readonly text: number
  readonly image: number
  readonly audio: number
  readonly untold: number
}

function sideOf(usage: JsonObject, side: 'input' | 'output'): Side | undefined {
  const { [`${side}_tokens_details`]: plural, [`${side}_token_details`]: singular } = usage
  const told = isObject(plural) ? plural : isObject(singular) ? singular : {}
  const [all, text, image, audio] = [
    usage[`${side}_tokens`],
    told.text_tokens ?? 0,
    told.image_tokens ?? 0,
    told.audio_tokens ?? 0,
  ]
  if (!isCount(all) || !isCount(text) || !isCount(image) || !isCount(audio)) return undefined
  return { all, text, image, audio, untold: Math.max(0, all - text - image - audio) }
}
