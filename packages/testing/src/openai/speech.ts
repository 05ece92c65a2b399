import type { Refusal } from '../behaviour.ts'
import { countTokens } from '../count.ts'
import { isRefusal, type Question } from '../dialect.ts'
import type { Plan, StreamPlan } from '../plan.ts'
import type { ProviderUsage } from '../prices.ts'
import type { Piece } from '../text.ts'
import { errorText, invalidRequest } from './errors.ts'
import { basicsOf } from './question.ts'
import { SOUND_TYPES, type SoundFormat, soundOf } from './sound.ts'

const MOST_CHARACTERS = 4_096
/** How long a character takes to be said. */
const MS_PER_CHARACTER = 60
/** As the model is seen to count: 5,262 tokens of 256 seconds. */
const TOKENS_PER_SECOND = 20.5

/** `POST /audio/speech`: https://platform.openai.com/docs/api-reference/audio/createSpeech */
export function speech(question: Question): Plan | Refusal {
  const { body, behaviour } = question
  const basics = basicsOf(question)
  if (isRefusal(basics)) return basics
  const {
    input,
    instructions = '',
    response_format: format = 'mp3',
    stream_format: streamed = 'audio',
  } = body
  if (typeof input !== 'string' || input === '')
    return invalidRequest("Missing required parameter: 'input'.", 'input')
  const characters = Array.from(input).length
  if (characters > MOST_CHARACTERS)
    return invalidRequest(`Invalid 'input': string too long. Expected at most ${MOST_CHARACTERS}.`, 'input')
  if (!isSound(format)) return invalidRequest(`Invalid value: '${format}'.`, 'response_format')
  const byCharacter = basics.model.startsWith('tts-1')
  if (streamed === 'sse' && byCharacter)
    return invalidRequest("'stream_format' of 'sse' is not supported with this model.", 'stream_format')
  return {
    bill: basics.bill,
    inputTokens: byCharacter ? 0 : question.countInput(() => countTokens(`${input}${instructions}`)),
    cachedTokens: 0,
    besides: byCharacter ? { characters } : {},
    choices: [piecesOf(characters * MS_PER_CHARACTER, format, byCharacter ? 0 : TOKENS_PER_SECOND)],
    body: () => '',
    ...(streamed === 'sse'
      ? { stream: eventsOf(behaviour.usage !== 'never') }
      : { raw: true, contentType: SOUND_TYPES[format] }),
  }
}

function isSound(format: unknown): format is SoundFormat {
  return typeof format === 'string' && Object.hasOwn(SOUND_TYPES, format)
}

/** A second of sound a piece, each with its tokens. */
function piecesOf(ms: number, format: SoundFormat, tokensPerSecond: number): Piece[] {
  let counted = 0
  return soundOf(ms, format).map((bytes, second) => {
    const sofar = Math.round((Math.min(ms, (second + 1) * 1_000) / 1_000) * tokensPerSecond)
    const tokens = sofar - counted
    counted = sofar
    return { text: '', tokens, made: { as: 'audioOutput', bytes, final: false } }
  })
}

function eventsOf(usageTold: boolean): StreamPlan {
  return {
    head: () => [],
    chunk(_, { made }) {
      const data = { type: 'speech.audio.delta', audio: made?.bytes.toString('base64') }
      return [{ data: JSON.stringify(data) }]
    },
    tail: (usage) => [
      {
        data: JSON.stringify({ type: 'speech.audio.done', ...(usageTold ? { usage: usageOf(usage) } : {}) }),
      },
    ],
    error: (refusal) => ({ data: errorText(refusal) }),
  }
}

function usageOf({ input, audioOutput = 0 }: ProviderUsage): object {
  return { input_tokens: input, output_tokens: audioOutput, total_tokens: input + audioOutput }
}
