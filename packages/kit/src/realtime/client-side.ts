import { TollgateError } from '../core/errors.ts'
import { invalid, isObject, type JsonObject } from '../wire/json.ts'
import { type ClientEvent, readClientEvent } from '../wire/openai/realtime/client-event.ts'
import { readSessionConfig, saidTwice } from '../wire/openai/realtime/session-config.ts'
import { type Frame, send } from './lane.ts'
import { ownEventId } from './own-event-id.ts'
import { soundBytes } from './sound.ts'
import type { Begun, Talk } from './talk.ts'

/**
 * What the client says: to the provider as it came, but for what enforcement has to change. A response is asked for when
 * it is reserved for; what is said after it waits until then, so that the order stays the client's.
 */
export function clientSide(talk: Talk): (frame: Frame) => Promise<void> {
  return async ({ data, binary }) => {
    const begun = await talk.begun
    if (!begun || talk.over) return
    let about: string | undefined
    try {
      // A frame of bytes is no event, whatever is in it.
      const event = readClientEvent(binary ? '' : data.toString('utf8'))
      about = event.id
      await pass(talk, begun, event, data)
    } catch (error) {
      if (!TollgateError.is(error)) throw error
      talk.refuse(error, about)
    }
  }
}

async function pass(talk: Talk, begun: Begun, event: ClientEvent, data: Buffer): Promise<void> {
  const { size, upstream } = talk
  const { state, responses, transcripts } = begun
  if (event.type === 'response.create') {
    if (isObject(event.body.response)) refuseMixed(event.body.response)
    return responses.create({ by: 'client', event: event.body, id: event.id })
  }
  if (event.type === 'session.update') await update(talk, begun, event)
  else {
    if (event.type === 'input_audio_buffer.append') await hear(begun, event)
    else if (event.type === 'input_audio_buffer.commit') transcripts.cut('commit')
    else if (event.type === 'input_audio_buffer.clear') transcripts.cut('clear')
    else if (event.type === 'conversation.item.create') return add(talk, begun, event)
    await send(upstream, data)
  }
  size.sent(event, state.bytesPerMs)
}

/** An item is written anew: of a field that stands in it twice, however deep, the provider might read the other one. */
async function add({ size, upstream }: Talk, { state }: Begun, event: ClientEvent): Promise<void> {
  const text = JSON.stringify(event.body)
  await send(upstream, text)
  size.sent({ ...event, text }, state.bytesPerMs)
}

/** Sound that somebody writes down is paid for before it is sent. */
async function hear({ state, transcripts }: Begun, { body }: ClientEvent): Promise<void> {
  await transcripts.afford(state.transcriptions, soundBytes(body.audio) / state.bytesPerMs)
}

/** Another configuration: what it costs is reserved with each response, but who begins one stays as it is. */
async function update(
  { turns, visit, toProvider }: Talk,
  { state, transcripts }: Begun,
  { body, id }: ClientEvent,
): Promise<void> {
  const { session } = body
  if (!isObject(session)) throw invalid('session', '`session` is an object.')
  const { type = 'realtime', model = visit.deployment.model } = session
  if (type !== 'realtime')
    throw invalid('session.type', 'Only sessions of the type `realtime` are served here.')
  if (model !== visit.model && model !== visit.deployment.model)
    throw invalid('session.model', 'The model of a session stays as it is. Ask for another session.')
  refuseMixed(session)
  const { transcription } = readSessionConfig(session)
  // Whoever is to write it down finds all the sound that is in no turn yet.
  if (transcription) await transcripts.afford([transcription, ...state.transcriptions], 0)
  const eventId = ownEventId()
  state.stated(eventId, session, id)
  const { model: _, ...rest } = turns.forProvider(session)
  toProvider({ ...body, event_id: eventId, session: rest })
}

function refuseMixed(configured: JsonObject): void {
  const again = saidTwice(configured)
  if (again !== undefined)
    throw invalid(
      again,
      `\`${again}\` is a field of the beta, and stands beside the one that has taken its place.`,
    )
}
