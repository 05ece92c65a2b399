import { type AnswerRules, answerReaderBy } from '../answer-reader.ts'
import type { Call } from '../call.ts'
import type { ClientFormat, Target } from '../format.ts'
import { stringsOf } from '../input-texts.ts'
import { invalid, type JsonObject } from '../json.ts'
import { type StreamRules, streamReaderBy } from '../stream-reader.ts'
import { numberField, textField, wordField } from './fields.ts'
import { readMediaUsage, type UntoldKinds } from './media-usage.ts'
import { modelOf } from './shared-fields.ts'
import { streamError } from './stream-error.ts'

/** All that comes out is sound. */
const SPOKEN: UntoldKinds = { input: 'input', output: 'audioOutput' }

/** Its answers are sound; whoever speaks this dialect and answers in JSON says its usage as the stream does. */
const SPEECH_ANSWER: AnswerRules = {
  usageField: 'usage',
  modelField: 'model',
  usage: (usage) => readMediaUsage(usage, SPOKEN),
  texts: () => [],
}

/** With `stream_format: sse`: https://platform.openai.com/docs/api-reference/audio/speech-audio-done-event */
const SPEECH_STREAM: StreamRules = {
  usageMarks: ['"input_tokens"'],
  finishMarks: ['"speech.audio.done"'],
  usage: ({ usage }) => readMediaUsage(usage, SPOKEN),
  model: () => undefined,
}

/** OpenAI's Speech, text read aloud: https://platform.openai.com/docs/api-reference/audio/createSpeech */
export const speech: ClientFormat = {
  endpoint: 'speech',
  dialect: 'openai',
  suffixes: ['/audio/speech'],
  guarded: new Set(['model', 'input', 'instructions', 'speed', 'response_format', 'stream_format']),
  read: readCall,
  edits: (_call, _body, { model }) => (model === undefined ? {} : { model }),
  path: () => '/audio/speech',
  inputTexts: ({ input, instructions }) => stringsOf([input, instructions]),
  answerReader: () => answerReaderBy(SPEECH_ANSWER),
  streamReader: (options) => streamReaderBy(SPEECH_STREAM, options),
  streamError,
}

function readCall(body: JsonObject, { bytes }: Target): Call {
  const input = textField(body, 'input')
  if (!input) throw invalid('input', '`input` is missing.')
  const stream = wordField(body, 'stream_format', ['sse', 'audio']) === 'sse'
  return {
    dialect: 'openai',
    endpoint: 'speech',
    model: modelOf(body),
    stream,
    wantsUsage: stream,
    choices: 1,
    inputBytes: bytes,
    unboundedInput: false,
    audioInput: false,
    audioOutput: true,
    unpriced: [],
    media: {
      kind: 'speech',
      characters: codePointsIn(input),
      slowness: slownessOf(body),
      format: textField(body, 'response_format') ?? 'mp3',
    },
    structured: false,
  }
}

/** The slowest speed that may be asked for. */
const SLOWEST = 0.25
/** Instructions may ask for pauses, and to take one's time: so many times longer, as far as can be believed. */
const INSTRUCTED = 4

function slownessOf(body: JsonObject): number {
  const speed = Math.min(1, Math.max(SLOWEST, numberField(body, 'speed') ?? 1))
  return (textField(body, 'instructions') ? INSTRUCTED : 1) / speed
}

function codePointsIn(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}
