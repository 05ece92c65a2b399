import type { Body } from '../dialect.ts'
import { audioTokens } from './conversation.ts'
import { type Heard, hearing, type Turn } from './hearing.ts'
import type { Responses } from './responses.ts'
import { transcriber, turnDetection } from './settings.ts'
import type { Talk } from './talk.ts'

/** What a session does with the sound that it is sent. */
export interface Listening {
  listen(sound: Buffer): void
  /** The client says itself that a turn has ended. */
  commit(): void
  clear(): void
}

export function listening(talk: Talk, responses: Responses): Listening {
  const { said, send, nextItem } = talk
  const heard = hearing()
  let item = ''

  /** Sound becomes an item, and another model may write it down. */
  function commit({ bytes, startMs, endMs }: Turn): void {
    said.add({ text: 0, audio: audioTokens(bytes) })
    send({ type: 'input_audio_buffer.committed', item_id: item, previous_item_id: null })
    const content = [{ type: 'input_audio' }]
    send({ type: 'conversation.item.added', item: { id: item, type: 'message', role: 'user', content } })
    const writer = transcriber(talk.settings)
    if (writer !== undefined) transcribe(talk, writer, item, endMs - startMs)
  }

  function notice(event: Heard, detection: Body): void {
    if (event.kind === 'started') {
      item = nextItem()
      send({ type: 'input_audio_buffer.speech_started', item_id: item, audio_start_ms: event.atMs })
      if (detection.interrupt_response !== false) responses.cancel()
      return
    }
    send({ type: 'input_audio_buffer.speech_stopped', item_id: item, audio_end_ms: event.turn.endMs })
    commit(event.turn)
    // One that is being interrupted makes room first.
    if (detection.create_response !== false) setImmediate(() => responses.create({}))
  }

  return {
    listen(sound) {
      const detection = turnDetection(talk.settings)
      const silenceMs = Number(detection?.silence_duration_ms ?? 500)
      const events = heard.listen(sound, detection ? silenceMs : Number.POSITIVE_INFINITY)
      if (detection) for (const event of events) notice(event, detection)
    },
    commit() {
      item = nextItem()
      commit(heard.take())
    },
    clear() {
      heard.clear()
      send({ type: 'input_audio_buffer.cleared' })
    },
  }
}

function transcribe({ log, entry, bills, send }: Talk, writer: string, item: string, ms: number): void {
  const own = log.begin({ method: 'TRANSCRIPTION', path: entry.path, headers: entry.headers })
  own.bill = bills.get(writer)
  const [heard, written] = [Math.ceil(ms / 100), Math.ceil(ms / 1000)]
  own.usage.audioInput = heard
  own.usage.output = written
  log.end(own, 'completed')
  send({
    type: 'conversation.item.input_audio_transcription.completed',
    item_id: item,
    content_index: 0,
    transcript: 'simulated',
    usage: {
      type: 'tokens',
      total_tokens: heard + written,
      input_tokens: heard,
      output_tokens: written,
      input_token_details: { text_tokens: 0, audio_tokens: heard },
    },
  })
}
