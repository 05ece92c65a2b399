import type { JsonObject } from '../wire/json.ts'
import { isCurrent, readSessionConfig, withTurnDetection } from '../wire/openai/realtime/session-config.ts'

/**
 * Who begins a response when a turn of the user has ended. A provider that notices it would begin one by itself, as often as
 * turns are found in what it has been sent, and nothing would be reserved for it. So it is told not to; the session asks
 * for a response in its place, when the turn is committed and a response is reserved for. The client sees what it asked for.
 */
export interface Turns {
  /** What to tell the provider of a session that it has begun; undefined when it begins no response by itself. */
  takeOver(session: JsonObject): JsonObject | undefined
  /** A client's update, as the provider is to have it. */
  forProvider(session: JsonObject): JsonObject
  /** What the provider says of the session, as the client is to have it. */
  forClient(session: JsonObject, wish: JsonObject | null): JsonObject
  /** An event about what is heard; what it says of a turn that has become part of the conversation. */
  notice(event: JsonObject): CommittedTurn | undefined
}

/** Something that was heard has become an item. */
export interface CommittedTurn {
  readonly item: unknown
  /** Where in all the sound of the session it ends, ms; undefined when the client has said so itself. */
  readonly endMs: number | undefined
}

export function turnTaking(): Turns {
  /** Where the items end that the provider makes by itself of what it has heard. */
  const ends = new Map<unknown, number>()
  return {
    takeOver(session) {
      const { turnDetection } = readSessionConfig(session)
      if (!turnDetection || isHeldBack(turnDetection)) return undefined
      return isCurrent(session)
        ? { type: 'realtime', audio: { input: { turn_detection: heldBack(turnDetection) } } }
        : { turn_detection: heldBack(turnDetection) }
    },
    forProvider(session) {
      const { turnDetection } = readSessionConfig(session)
      if (!turnDetection || isHeldBack(turnDetection)) return session
      return withTurnDetection(session, heldBack(turnDetection))
    },
    forClient(session, wish) {
      const { turnDetection } = readSessionConfig(session)
      if (!turnDetection || !wish) return session
      const { create_response = true, idle_timeout_ms: idleTimeout } = wish
      const idle = idleTimeout === undefined ? {} : { idle_timeout_ms: idleTimeout }
      return withTurnDetection(session, { ...turnDetection, create_response, ...idle })
    },
    notice({ type, item_id: item, audio_end_ms: endMs }) {
      if (type === 'input_audio_buffer.speech_stopped') ends.set(item, Number(endMs))
      if (type !== 'input_audio_buffer.committed') return undefined
      const turn = { item, endMs: ends.get(item) }
      ends.delete(item)
      return turn
    },
  }
}

/** Whether a turn that a client has this wish for is to be answered. */
export function answersTurns(wish: JsonObject | null): boolean {
  return wish !== null && wish.create_response !== false
}

/** A time without a word makes the provider speak as well. */
function isHeldBack({ create_response: create, idle_timeout_ms: idle }: JsonObject): boolean {
  return create === false && (idle === undefined || idle === null)
}

function heldBack({ idle_timeout_ms: _, ...turnDetection }: JsonObject): JsonObject {
  return { ...turnDetection, create_response: false }
}
