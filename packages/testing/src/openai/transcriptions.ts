import type { Refusal } from '../behaviour.ts'
import { countTokens, piecesOf } from '../count.ts'
import { isObject, isRefusal, type Question } from '../dialect.ts'
import { naturalLength } from '../model/length.ts'
import type { Plan, StreamPlan } from '../plan.ts'
import type { ProviderUsage } from '../prices.ts'
import { answerOf, type Piece, seedOf, textOf } from '../text.ts'
import { errorText, invalidRequest } from './errors.ts'
import { basicsOf } from './question.ts'

const TOKENS_PER_SECOND = 10
/** Of a file that is no WAV: 128 kbit/s. */
const BYTES_PER_SECOND = 16_000
const FORMATS = ['json', 'verbose_json', 'text', 'srt', 'vtt'] as const

/** `POST /audio/transcriptions` and `/audio/translations`: https://platform.openai.com/docs/api-reference/audio */
export function transcriptions(question: Question): Plan | Refusal {
  const { body, behaviour } = question
  const basics = basicsOf(question)
  if (isRefusal(basics)) return basics
  const { file, prompt = '', response_format: format = 'json' } = body
  if (!isObject(file) || !Buffer.isBuffer(file.bytes))
    return invalidRequest("Missing required parameter: 'file'.", 'file')
  if (!FORMATS.includes(format as (typeof FORMATS)[number]))
    return invalidRequest(`Invalid value: '${format}'.`, 'response_format')
  const byTime = basics.model.startsWith('whisper')
  if (!byTime && format !== 'json')
    return invalidRequest(`response_format '${format}' is not compatible with this model.`, 'response_format')

  const seconds = secondsOf(file.bytes)
  const said = heardIn(question, file.bytes)
  const text = textOf(said)
  const told = behaviour.usage !== 'never'
  const usage = (billed: ProviderUsage) => (byTime ? durationUsage(seconds) : tokenUsage(billed))
  return {
    bill: basics.bill,
    inputTokens: byTime ? 0 : question.countInput(() => countTokens(String(prompt))),
    cachedTokens: 0,
    besides: byTime
      ? { audioMs: Math.ceil(seconds) * 1_000 }
      : { audioInput: Math.ceil(seconds * TOKENS_PER_SECOND) },
    // What is billed by time bills no token of what is written.
    choices: [byTime ? said.map((piece) => ({ ...piece, tokens: 0 })) : said],
    body(billed) {
      if (format === 'text') return `${text}\n`
      if (format === 'srt') return `1\n00:00:00,000 --> 00:00:02,000\n${text}\n\n`
      if (format === 'vtt') return `WEBVTT\n\n00:00:00.000 --> 00:00:02.000\n${text}\n\n`
      const verbose = { task: 'transcribe', language: 'english', duration: seconds, segments: [] }
      return JSON.stringify({
        ...(format === 'verbose_json' ? verbose : {}),
        text,
        ...(told ? { usage: usage(billed) } : {}),
      })
    },
    ...(format === 'json' || format === 'verbose_json' ? {} : { contentType: 'text/plain; charset=utf-8' }),
    ...(body.stream === 'true' && !byTime ? { stream: eventsOf(text, told) } : {}),
  }
}

function heardIn({ body, behaviour }: Question, file: Buffer): readonly Piece[] {
  if (behaviour.text !== undefined) return piecesOf(behaviour.text)
  const seed = seedOf(`${body.model}\n${file.length}`)
  return answerOf(naturalLength(body, behaviour), { seed, multibyte: behaviour.multibyte === true })
}

/** A plain WAV says itself how many bytes a second has. */
function secondsOf(file: Buffer): number {
  const isWav = file.length > 44 && file.toString('latin1', 0, 4) === 'RIFF'
  return isWav ? (file.length - 44) / file.readUInt32LE(28) : file.length / BYTES_PER_SECOND
}

function durationUsage(seconds: number): object {
  return { type: 'duration', seconds: Math.ceil(seconds) }
}

function tokenUsage({ input, audioInput = 0, output }: ProviderUsage): object {
  return {
    type: 'tokens',
    input_tokens: input + audioInput,
    input_token_details: { text_tokens: input, audio_tokens: audioInput },
    output_tokens: output,
    total_tokens: input + audioInput + output,
  }
}

function eventsOf(text: string, usageTold: boolean): StreamPlan {
  return {
    head: () => [],
    chunk: (_, { text: delta }) => [{ data: JSON.stringify({ type: 'transcript.text.delta', delta }) }],
    tail: (usage) => [
      {
        data: JSON.stringify({
          type: 'transcript.text.done',
          text,
          ...(usageTold ? { usage: tokenUsage(usage) } : {}),
        }),
      },
    ],
    error: (refusal) => ({ data: errorText(refusal) }),
  }
}
