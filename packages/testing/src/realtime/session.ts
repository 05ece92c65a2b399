import { type Body, isObject } from '../dialect.ts'
import { conversation, sizeOfItem } from './conversation.ts'
import { listening } from './listening.ts'
import { responsesIn } from './responses.ts'
import { firstSettings, updated } from './settings.ts'
import type { SessionOptions, Talk } from './talk.ts'

/** Hold a session: https://platform.openai.com/docs/api-reference/realtime */
export function holdSession(options: SessionOptions): void {
  const { socket, model, entry, log } = options
  let settings = firstSettings(model, `sess_${entry.id}`)
  let events = 0
  let items = 0

  const talk: Talk = {
    ...options,
    said: conversation(),
    get settings() {
      return settings
    },
    nextItem() {
      items += 1
      return `item_${items}`
    },
    send(event) {
      events += 1
      if (socket.readyState === socket.OPEN)
        socket.send(JSON.stringify({ event_id: `event_${events}`, ...event }))
    },
    refuse(about, message, code) {
      const error = { type: 'invalid_request_error', code: code ?? null, message, param: null }
      talk.send({ type: 'error', error: { ...error, event_id: about ?? null } })
    },
  }
  const { said, send, refuse, nextItem } = talk
  const responses = responsesIn(talk)
  const ears = listening(talk, responses)

  const HANDLERS: Readonly<Record<string, (event: Body) => void>> = {
    'session.update'({ session, event_id: id }) {
      if (!isObject(session)) return refuse(id, 'A session is an object.')
      settings = updated(settings, session)
      send({ type: 'session.updated', session: settings })
    },
    'input_audio_buffer.append': ({ audio }) => ears.listen(Buffer.from(String(audio), 'base64')),
    'input_audio_buffer.commit': () => ears.commit(),
    'input_audio_buffer.clear': () => ears.clear(),
    'conversation.item.create'({ item }) {
      const added: Body = { id: nextItem(), ...(isObject(item) ? item : {}) }
      said.add(sizeOfItem(item), added.id)
      send({ type: 'conversation.item.added', item: added })
    },
    'response.create': ({ response, event_id: id }) =>
      responses.create(isObject(response) ? response : {}, id),
    'response.cancel': ({ response_id: id }) => responses.cancel(id),
  }

  socket.on('message', (data) => {
    const event = eventOf(data.toString())
    const handle = event && HANDLERS[String(event.type)]
    if (handle) handle(event)
    else refuse(event?.event_id, 'Unknown event.')
  })
  socket.on('close', () => {
    responses.leave()
    log.end(entry, 'completed')
  })
  socket.on('error', () => socket.terminate())
  send({ type: 'session.created', session: settings })
}

function eventOf(text: string): Body | undefined {
  try {
    const event: unknown = JSON.parse(text)
    return isObject(event) ? event : undefined
  } catch {
    return undefined
  }
}
