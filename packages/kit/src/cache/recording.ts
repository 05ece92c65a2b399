import type { ServerResponse } from 'node:http'
import { observe } from '../core/tap.ts'
import type { Format, StreamDecoder, Translation } from '../wire/format.ts'
import { isJsonType, parseObject } from '../wire/json.ts'
import type { Answer } from '../wire/neutral/answer.ts'
import { fold } from '../wire/neutral/fold.ts'
import { replay } from '../wire/neutral/replay.ts'
import type { StreamEvent } from '../wire/neutral/stream.ts'
import { eventFramer, isEventStream } from '../wire/sse.ts'
import { readEvents } from '../wire/streamed-event.ts'

/** An answer while it passes to the client that asked first. */
export interface Recording {
  /** What has come of it so far, in no dialect; of an answer that is no stream all at once, at its end. */
  events(): readonly StreamEvent[]
  /** All of it, once it has come to its own end; undefined before, and for all that is no answer. */
  answer(): Answer | undefined
  readonly state: RecordingState
}

/** `failed`: what came is no answer, or was none to its end. `too_long`: it is longer than is kept, and still coming. */
export type RecordingState = 'waiting' | 'coming' | 'whole' | 'failed' | 'too_long'

export interface RecordingOptions {
  /** The most that is kept, bytes; of a longer answer nothing is. */
  readonly maxBytes: number
  /** The answer's format, asked for when its head comes: who answers is known then. */
  readonly format: () => Format
  /** There is something new. */
  readonly onNews: () => void
}

/** Record what passes to a client, and change nothing of it. Nothing is parsed before somebody asks. */
export function recordAnswer(res: ServerResponse, { maxBytes, format, onNews }: RecordingOptions): Recording {
  let reader: Reader | undefined
  let size = 0
  // As in flights, and for its reason.
  const recording: Recording & { state: RecordingState } = {
    state: 'waiting',
    events: () => reader?.events() ?? [],
    answer: () => (recording.state === 'whole' ? reader?.answer() : undefined),
  }
  const give = (up: 'failed' | 'too_long') => {
    recording.state = up
    reader = undefined
  }

  observe(res, {
    head(response) {
      reader = readerFor(response, format)
      recording.state = reader ? 'coming' : 'failed'
      onNews()
    },
    chunk(bytes) {
      size += bytes.length
      if (size > maxBytes && reader) {
        give('too_long')
        onNews()
      }
      reader?.push(bytes)
      if (reader?.isStream) onNews()
    },
    end() {
      if (recording.state === 'coming') recording.state = 'whole'
      if (recording.state === 'whole' && !(reader?.end() && reader.answer())) give('failed')
      onNews()
    },
  })

  return recording
}

interface Reader {
  readonly isStream: boolean
  push(bytes: Buffer): void
  /** Nothing more comes: whether it was all of an answer. */
  end(): boolean
  events(): readonly StreamEvent[]
  answer(): Answer | undefined
}

function readerFor(res: ServerResponse, formatOf: () => Format): Reader | undefined {
  if (res.statusCode < 200 || res.statusCode > 299 || res.getHeader('content-encoding')) return undefined
  const type = res.getHeader('content-type')
  const format = formatOf()
  const { translation } = format
  if (!translation) return undefined
  if (isEventStream(type)) return streamReader(format, translation.streamDecoder())
  return isJsonType(String(type)) ? wholeReader(translation) : undefined
}

function wholeReader(translation: Translation): Reader {
  const chunks: Buffer[] = []
  let answer: Answer | undefined
  return {
    isStream: false,
    push: (bytes) => void chunks.push(bytes),
    end() {
      const body = parseObject(Buffer.concat(chunks).toString('utf8'))
      try {
        answer = body && translation.readAnswer(body)
      } catch {
        // What cannot be read as an answer of its dialect is none.
      }
      return answer !== undefined
    },
    events: () => (answer ? [...replay(answer)] : []),
    answer: () => answer,
  }
}

function streamReader(format: Format, decoder: StreamDecoder): Reader {
  const framer = eventFramer()
  const ending = format.streamReader({ hideUsage: false })
  const told: StreamEvent[] = []
  let unread: Buffer[] = []
  let isBroken = false

  const decode = (run: Buffer | undefined) => {
    try {
      for (const event of run ? readEvents(run) : []) told.push(...decoder.push(event))
    } catch {
      // What cannot be read as its dialect is not kept; the client that asked gets it as it came.
      isBroken = true
    }
  }
  const catchUp = () => {
    if (unread.length === 0) return
    decode(framer.push(Buffer.concat(unread)))
    unread = []
  }

  return {
    isStream: true,
    push(bytes) {
      unread.push(bytes)
      ending.push(bytes)
    },
    end() {
      ending.end()
      catchUp()
      decode(framer.rest())
      told.push(...decoder.end())
      return ending.done
    },
    events() {
      catchUp()
      return told
    },
    answer() {
      const { answer, error } = fold(told)
      return error || isBroken ? undefined : answer
    },
  }
}
