import { TollgateError } from '../core/errors.ts'
import { isObject, type JsonObject, parseObject } from '../wire/json.ts'
import { type Frame, send } from './lane.ts'
import { ownEventId } from './own-event-id.ts'
import type { Begun, Talk } from './talk.ts'
import { answersTurns } from './turn-taking.ts'

/** What the provider says: read for its cost, and to the client byte for byte, but for what our own words have changed. */
export function providerSide(talk: Talk): (frame: Frame) => Promise<void> {
  let begun: Begun | undefined
  /** The id of the one update that a session may begin with, whose answer is nobody's but ours, until it is taken. */
  let takingOver: string | undefined

  /** What the client is to have of an event: its own bytes, other ones, or nothing. */
  async function read(event: JsonObject, data: Buffer): Promise<Buffer | string | undefined> {
    const { type } = event
    if (!begun) {
      if (type === 'session.created' && isObject(event.session)) takingOver = begin(event.session)
      return data
    }
    const { state, responses } = begun
    if (type === 'session.updated' && isObject(event.session)) {
      state.confirmed(event.session)
      if (takingOver) {
        takingOver = undefined
        return undefined
      }
      const shown = talk.turns.forClient(event.session, state.turnDetection)
      return shown === event.session ? data : JSON.stringify({ ...event, session: shown })
    }
    if (type === 'error') return refused(event, begun, data)
    if (type === 'response.created') await responses.began(objectIn(event.response))
    else if (type === 'response.done') responses.done(objectIn(event.response))
    else if (event.delta !== undefined) responses.progressed(event)
    else listen(event, begun)
    return data
  }

  /** Returns the id under which the provider has been told to begin no response by itself, if it has to be. */
  function begin(session: JsonObject): string | undefined {
    begun = talk.begin(session)
    const update = talk.turns.takeOver(session)
    if (!update) return undefined
    // Before anything of the client's, since that waits for the beginning.
    const id = ownEventId()
    begun.state.ordered(id, update)
    talk.toProvider({ type: 'session.update', event_id: id, session: update })
    return id
  }

  function refused(
    event: JsonObject,
    { state, responses }: Begun,
    data: Buffer,
  ): Buffer | string | undefined {
    const error = objectIn(event.error)
    const { event_id: about, code } = error
    if (typeof about !== 'string') {
      responses.doubted()
      return data
    }
    if (about === takingOver) {
      talk.fail(new TollgateError('provider_error', { message: NOT_TAKEN_OVER }))
      return undefined
    }
    const asked = responses.refused(about)
    // A turn that ends while its answer to the one before still runs is not answered by providers themselves either.
    if (asked?.by === 'turn' && code === 'conversation_already_has_active_response') return undefined
    const named = asked ?? state.refused(about)
    return named ? JSON.stringify({ ...event, error: { ...error, event_id: named.id ?? null } }) : data
  }

  function listen(event: JsonObject, { state, responses, transcripts }: Begun): void {
    const { type, audio_start_ms: fromMs, audio_end_ms: toMs } = event
    if (TRANSCRIBED.test(String(type))) return transcripts.written(event.item_id, event.usage)
    if (type === 'input_audio_buffer.speech_started' && typeof fromMs === 'number')
      talk.size.turnBegan(fromMs)
    if (type === 'input_audio_buffer.speech_stopped' && typeof toMs === 'number') talk.size.turnEnded(toMs)
    const turn = talk.turns.notice(event)
    if (!turn) return
    transcripts.committed(turn.item, state.transcription, turn.endMs)
    if (turn.endMs === undefined || !answersTurns(state.turnDetection) || talk.over) return
    // Not waited for: what the provider says next may be what this waits for.
    const wish = { by: 'turn', event: { type: 'response.create' }, id: undefined } as const
    responses.create(wish).catch(talk.fault)
  }

  return async ({ data, binary }) => {
    const event = binary ? undefined : parseObject(data.toString('utf8'))
    const shown = event ? await read(event, data) : data
    if (shown !== undefined) await send(talk.client, shown, binary)
    talk.closeIfDone()
  }
}

/** A transcript is written, or is not going to be. */
const TRANSCRIBED = /input_audio_transcription\.(?:completed|failed)$/

const NOT_TAKEN_OVER = 'The provider would begin responses by itself, which nothing could be reserved for.'

function objectIn(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}
