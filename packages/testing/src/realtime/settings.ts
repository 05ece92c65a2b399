import { type Body, isObject } from '../dialect.ts'

/** The configuration of a session, as clients see and change it: https://platform.openai.com/docs/api-reference/realtime */
export type Settings = Body

export function firstSettings(model: string, id: string): Settings {
  return {
    type: 'realtime',
    object: 'realtime.session',
    id,
    model,
    output_modalities: ['audio'],
    instructions: 'You are a helpful voice.',
    tools: [],
    tool_choice: 'auto',
    max_output_tokens: 'inf',
    audio: {
      input: {
        format: { type: 'audio/pcm', rate: 24_000 },
        transcription: null,
        turn_detection: {
          type: 'server_vad',
          threshold: 0.5,
          prefix_padding_ms: 300,
          silence_duration_ms: 500,
          idle_timeout_ms: null,
          create_response: true,
          interrupt_response: true,
        },
      },
      output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'marin' },
    },
  }
}

/** What an update mentions takes the place of what was; objects under `audio` field by field. */
export function updated(settings: Settings, update: Body): Settings {
  const { audio, ...rest } = update
  return { ...settings, ...rest, audio: merged(settings.audio, audio, 2) }
}

function merged(before: unknown, after: unknown, depth: number): unknown {
  if (after === undefined) return before
  if (depth === 0 || !isObject(before) || !isObject(after)) return after
  const names = Object.keys({ ...before, ...after })
  return Object.fromEntries(names.map((name) => [name, merged(before[name], after[name], depth - 1)]))
}

/** How it listens; undefined where it does not notice the end of a turn by itself. */
export function turnDetection(settings: Settings): Body | undefined {
  const input = inputOf(settings)
  return isObject(input.turn_detection) ? input.turn_detection : undefined
}

/** Who writes down what is heard; undefined where nobody does. */
export function transcriber(settings: Settings): string | undefined {
  const { transcription } = inputOf(settings)
  return isObject(transcription) && typeof transcription.model === 'string' ? transcription.model : undefined
}

function inputOf({ audio }: Settings): Body {
  return isObject(audio) && isObject(audio.input) ? audio.input : {}
}
