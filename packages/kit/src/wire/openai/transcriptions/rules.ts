import type { AnswerRules } from '../../answer-reader.ts'
import { isObject } from '../../json.ts'
import type { StreamRules } from '../../stream-reader.ts'
import type { Usage } from '../../usage.ts'
import { readMediaUsage, type UntoldKinds } from '../media-usage.ts'

/** Sound goes in, and text comes out. */
const WRITTEN_DOWN: UntoldKinds = { input: 'audioInput', output: 'output' }

/**
 * How answers in JSON are read. Usage is of type `tokens` or `duration`, as the model is billed; where there is none,
 * `verbose_json` says how long the recording is, and seconds that have begun are taken as whole.
 *
 * Source: https://platform.openai.com/docs/api-reference/audio/verbose-json-object
 */
export const TRANSCRIPTION_ANSWER: AnswerRules = {
  usageField: 'usage',
  modelField: 'model',
  usage: (usage, other) => readTranscriptionUsage(usage) ?? lasting(wholeSeconds(other('duration'))),
  texts: (body) => (isObject(body) && typeof body.text === 'string' ? [body.text] : []),
}

/** How streams are read: https://platform.openai.com/docs/api-reference/audio/transcript-text-done-event */
export const TRANSCRIPTION_STREAM: StreamRules = {
  usageMarks: ['"input_tokens"', '"seconds"'],
  finishMarks: ['"transcript.text.done"'],
  usage: ({ usage }) => readTranscriptionUsage(usage),
  model: () => undefined,
  generated: ({ type, delta }) =>
    type === 'transcript.text.delta' && typeof delta === 'string' ? [[0, [delta]]] : [],
}

function readTranscriptionUsage(usage: unknown): Usage | undefined {
  if (isObject(usage) && usage.type === 'duration') return lasting(usage.seconds)
  return readMediaUsage(usage, WRITTEN_DOWN)
}

function wholeSeconds(duration: unknown): unknown {
  return typeof duration === 'number' ? Math.ceil(duration) : duration
}

function lasting(seconds: unknown): Usage | undefined {
  if (typeof seconds !== 'number' || !(seconds > 0)) return undefined
  const audioMs = Math.ceil(seconds * 1_000)
  return Number.isSafeInteger(audioMs) ? { input: 0, output: 0, audioMs } : undefined
}
