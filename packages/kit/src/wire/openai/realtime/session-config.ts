import { isObject, type JsonObject } from '../../json.ts'

/**
 * A session's configuration, as far as a `session` object states it; what it does not mention is undefined. The interface
 * of today has most of it under `audio`, the beta before it at the top:
 * https://platform.openai.com/docs/api-reference/realtime-client-events/session/update
 */
export interface SessionConfig {
  /** How the end of a turn is noticed; null where the client says itself when a response is due. */
  readonly turnDetection: JsonObject | null | undefined
  /** Who writes down what is heard; null where nobody does. */
  readonly transcription: JsonObject | null | undefined
  /** Bytes of a millisecond of the sound that the client sends. */
  readonly bytesPerMs: number | undefined
  /** The same of the sound that it is sent. */
  readonly outputBytesPerMs: number | undefined
  /** The longest response, tokens; `inf` for as long as the model will. */
  readonly maxOutputTokens: number | 'inf' | undefined
  /** Whether responses are spoken. */
  readonly speaks: boolean | undefined
  /** What it asks for that no price covers: a stored prompt, or tools that the provider runs. Undefined: not mentioned. */
  readonly unpriced: string | null | undefined
  /** Bytes of its instructions and tools, which are input to every response. */
  readonly promptBytes: number
}

export function readSessionConfig(session: JsonObject): SessionConfig {
  const input = inputOf(session) ?? session
  const flat = input === session
  return {
    turnDetection: objectOrNull(input.turn_detection),
    transcription: objectOrNull(flat ? input.input_audio_transcription : input.transcription),
    bytesPerMs: bytesPerMs(flat ? input.input_audio_format : input.format),
    outputBytesPerMs: bytesPerMs(session.output_audio_format ?? outputOf(session)?.format),
    maxOutputTokens: limitOf(session.max_output_tokens ?? session.max_response_output_tokens),
    speaks: speaks(session),
    unpriced: unpricedIn(session),
    promptBytes: sizeOf(session.instructions) + sizeOf(session.tools) + sizeOf(session.prompt),
  }
}

/** The same session with another way to notice the end of a turn, in the place where it states its own. */
export function withTurnDetection(session: JsonObject, turnDetection: JsonObject): JsonObject {
  const input = inputOf(session)
  if (!input) return { ...session, turn_detection: turnDetection }
  const audio = session.audio as JsonObject
  return { ...session, audio: { ...audio, input: { ...input, turn_detection: turnDetection } } }
}

/** Whether a session speaks the interface of today, in which its kind is said, and not the beta before it. */
export function isCurrent(session: JsonObject): boolean {
  return session.type !== undefined || isObject(session.audio)
}

/** What the interface of today and the beta before it call by different names. */
const RENAMED: readonly (readonly [current: string, beta: string])[] = [
  ['audio', 'turn_detection'],
  ['audio', 'input_audio_transcription'],
  ['audio', 'input_audio_format'],
  ['audio', 'output_audio_format'],
  ['output_modalities', 'modalities'],
  ['max_output_tokens', 'max_response_output_tokens'],
]

/** The field of a session or a response that says again what another one says: two readers may not take the same one. */
export function saidTwice(configured: JsonObject): string | undefined {
  const has = (name: string) => configured[name] !== undefined
  return RENAMED.find(([current, beta]) => has(current) && has(beta))?.[1]
}

/** What a response asks for that no price covers; as in {@link SessionConfig}. */
export function unpricedIn({ tools, prompt }: JsonObject): string | null | undefined {
  if (isObject(prompt)) return 'prompt'
  if (!Array.isArray(tools)) return undefined
  return tools.every((tool) => isObject(tool) && (tool.type ?? 'function') === 'function') ? null : 'tools'
}

/** Whether what is asked for is spoken; undefined where it is not mentioned. */
export function speaks({ output_modalities: current, modalities: beta }: JsonObject): boolean | undefined {
  const stated = current ?? beta
  return Array.isArray(stated) ? stated.some((each) => each !== 'text') : undefined
}

/** A cap on the length of a response; what is none is not mentioned. */
export function limitOf(value: unknown): number | 'inf' | undefined {
  if (value === 'inf') return value
  return Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : undefined
}

function inputOf({ audio }: JsonObject): JsonObject | undefined {
  return isObject(audio) && isObject(audio.input) ? audio.input : undefined
}

function outputOf({ audio }: JsonObject): JsonObject | undefined {
  return isObject(audio) && isObject(audio.output) ? audio.output : undefined
}

function objectOrNull(value: unknown): JsonObject | null | undefined {
  return value === null || isObject(value) ? value : undefined
}

/** 16 bits at 24 kHz, or 8 bits at 8 kHz: https://developers.openai.com/api/docs/guides/realtime-conversations */
const PCM_BYTES_PER_MS = 48
const G711_BYTES_PER_MS = 8

/** A format that is not known is taken to be the smallest: a byte of it is most sound. */
function bytesPerMs(format: unknown): number | undefined {
  if (format === undefined || format === null) return undefined
  const name = isObject(format) ? format.type : format
  return name === 'audio/pcm' || name === 'pcm16' ? PCM_BYTES_PER_MS : G711_BYTES_PER_MS
}

function sizeOf(value: unknown): number {
  if (value === undefined || value === null) return 0
  return Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value))
}
