import type { JsonObject } from '../wire/json.ts'
import { isCurrent, readSessionConfig, type SessionConfig } from '../wire/openai/realtime/session-config.ts'

/**
 * How a session is configured, as far as money is concerned. Between a client's update and the provider's word that it has
 * taken it, either may be true: what is reserved covers both.
 */
export interface SessionState {
  /** How the client wants the end of a turn to be noticed, and what then; null where it says so itself. */
  readonly turnDetection: JsonObject | null
  /** The longest response that the client wants where it does not say otherwise; undefined for as long as the model will. */
  readonly maxOutputTokens: number | undefined
  readonly speaks: boolean
  /** What the session asks for that no price covers. */
  readonly unpriced: string | undefined
  /** Who writes down what is heard, by the provider's last word; and whoever else it may be by now. */
  readonly transcription: JsonObject | null
  readonly transcriptions: readonly JsonObject[]
  /** Bytes of the instructions and tools that the provider says it has, and of those that it may have by now. */
  readonly promptBytes: number
  /** Bytes of a millisecond of sound, at least. */
  readonly bytesPerMs: number
  /** The same of the sound that the client is sent. */
  readonly outputBytesPerMs: number
  /** The field of a response that caps it. */
  readonly capField: 'max_output_tokens' | 'max_response_output_tokens'
  /** The client's update goes to the provider under this id; its own is another, if it has given one. */
  stated(id: string, session: JsonObject, named?: string): void
  /** An update of our own goes to the provider under this id: the client's wish stays what it was. */
  ordered(id: string, session: JsonObject): void
  /** The provider does not take what went under this id; the client's name for it, if it was an update. */
  refused(id: string): { readonly id: string | undefined } | undefined
  /** The provider says how the session is configured, in answer to the oldest update. */
  confirmed(session: JsonObject): void
}

/** @param session What the provider says of the session when it begins. */
export function sessionState(session: JsonObject): SessionState {
  let told = readSessionConfig(session)
  const waiting = new Map<string, Update>()
  let wish: Wish = told
  const current = isCurrent(session)
  const either = () => [told, ...[...waiting.values()].map(({ config }) => config)]

  return {
    get turnDetection() {
      return wish.turnDetection ?? null
    },
    get maxOutputTokens() {
      return wish.maxOutputTokens === 'inf' ? undefined : wish.maxOutputTokens
    },
    get speaks() {
      return told.speaks !== false || either().some((config) => config.speaks)
    },
    get unpriced() {
      return either().find((config) => config.unpriced)?.unpriced ?? undefined
    },
    get transcription() {
      return told.transcription ?? null
    },
    get transcriptions() {
      return either().flatMap(({ transcription }) => (transcription ? [transcription] : []))
    },
    get promptBytes() {
      return either().reduce((sum, config) => sum + config.promptBytes, 0)
    },
    get bytesPerMs() {
      return Math.min(...either().map((config) => config.bytesPerMs ?? told.bytesPerMs ?? 1))
    },
    get outputBytesPerMs() {
      return Math.min(...either().map((config) => config.outputBytesPerMs ?? told.outputBytesPerMs ?? 1))
    },
    capField: current ? 'max_output_tokens' : 'max_response_output_tokens',
    stated(id, update, named) {
      const config = readSessionConfig(update)
      waiting.set(id, { config, before: wish, named })
      wish = {
        turnDetection: config.turnDetection === undefined ? wish.turnDetection : config.turnDetection,
        maxOutputTokens: config.maxOutputTokens ?? wish.maxOutputTokens,
      }
    },
    ordered: (id, update) =>
      void waiting.set(id, { config: readSessionConfig(update), before: wish, named: undefined }),
    refused(id) {
      const update = waiting.get(id)
      if (!update) return undefined
      wish = update.before
      waiting.delete(id)
      return { id: update.named }
    },
    confirmed(effective) {
      told = readSessionConfig(effective)
      const [oldest] = waiting.keys()
      if (oldest !== undefined) waiting.delete(oldest)
    },
  }
}

/** What the client wants, whatever the provider was told for it. */
type Wish = Pick<SessionConfig, 'turnDetection' | 'maxOutputTokens'>

interface Update {
  readonly config: SessionConfig
  readonly before: Wish
  readonly named: string | undefined
}
