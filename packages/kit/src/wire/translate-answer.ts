import { type Finishing, finishing } from './finishing.ts'
import type { Asked, StreamDecoder, StreamEncoder } from './format.ts'
import { isObject, type JsonObject, parseObject } from './json.ts'
import type { Answer } from './neutral/answer.ts'
import { fold } from './neutral/fold.ts'
import { MAX_ERROR_BYTES } from './neutral/provider-error.ts'
import { replay } from './neutral/replay.ts'
import type { StreamEvent } from './neutral/stream.ts'
import { eventFramer } from './sse.ts'
import { readEvents, type StreamedEvent } from './streamed-event.ts'
import type { TranslatedCall } from './translate-call.ts'

/** A provider's answer on its way to a client of another dialect. */
export interface AnswerTranslator {
  /** The type of what the client gets. */
  readonly contentType: string
  /** Bytes from the provider; returns what they let the client see. */
  push(bytes: Buffer): Buffer | undefined
  /** The provider is done; returns what is left to send. */
  end(): Buffer | undefined
}

const JSON_TYPE = 'application/json'
const EVENTS_TYPE = 'text/event-stream; charset=utf-8'

/** Sees the events of a provider's stream, each run with its bytes, before they are translated. */
export type EventWatcher = (run: Buffer, events: readonly StreamedEvent[]) => void

/** How a provider's answer is given to the client: as a stream when the client asked for one, and whole otherwise, whatever came. */
export function translatorFor(
  { from, serving, sealer, embedded }: Pick<TranslatedCall, 'from' | 'serving' | 'sealer' | 'embedded'>,
  asked: AskedWhen,
  comesAs: 'events' | 'json',
  watch: EventWatcher = () => {},
): AnswerTranslator {
  if (embedded) return wholeTranslator(readWhole(embedded, asked), AS_JSON)
  const finish = finishing(sealer, asked.nowMs)
  const { streamEncoder, writeAnswer } = from.translation
  const decoded = () => decoding(serving.streamDecoder(), finish, watch)
  if (comesAs === 'events' && asked.stream) return streamTranslator(decoded(), streamEncoder(asked))
  const read =
    comesAs === 'events'
      ? foldEvents(decoded())
      : readWhole((body) => finish.whole(serving.readAnswer(body)), asked)
  return wholeTranslator(
    read,
    asked.stream
      ? {
          contentType: EVENTS_TYPE,
          write: (answer) => encodeAll(streamEncoder(asked), replay(answer)),
        }
      : {
          contentType: JSON_TYPE,
          write: (answer) => Buffer.from(JSON.stringify(writeAnswer(answer, asked))),
        },
  )
}

/** What the client asked for, whether as a stream, and when it is answered, ms. */
export interface AskedWhen extends Asked {
  readonly stream: boolean
  readonly nowMs: number
}

/** A provider's stream as neutral events, whatever the boundaries that its bytes come in. */
interface Decoding {
  push(bytes: Buffer): StreamEvent[]
  end(): StreamEvent[]
}

function decoding(decoder: StreamDecoder, finish: Finishing, watch: EventWatcher): Decoding {
  const framer = eventFramer()
  const decode = (run: Buffer | undefined): StreamEvent[] => {
    if (!run) return []
    const events = readEvents(run)
    watch(run, events)
    const told: StreamEvent[] = []
    for (const event of events) for (const said of decoder.push(event)) told.push(finish.event(said))
    return told
  }
  return {
    push: (bytes) => decode(framer.push(bytes)),
    end: () => [...decode(framer.rest()), ...decoder.end()],
  }
}

function streamTranslator(decoded: Decoding, encoder: StreamEncoder): AnswerTranslator {
  return {
    contentType: EVENTS_TYPE,
    push: (bytes) => encodeAll(encoder, decoded.push(bytes)),
    end: () => encodeAll(encoder, decoded.end()),
  }
}

/** An answer that is read to its end before any of it is written. */
interface WholeReading<Told> {
  push(bytes: Buffer): void
  /** @throws SyntaxError when what came is no answer of the provider's dialect. */
  end(): Told
}

function readWhole<Told>(
  read: (body: JsonObject, asked: AskedWhen) => Told,
  asked: AskedWhen,
): WholeReading<Told> {
  const chunks: Buffer[] = []
  return {
    push: (bytes) => void chunks.push(bytes),
    end() {
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
      if (!isObject(body)) throw new SyntaxError('The answer is not a JSON object')
      return read(body, asked)
    },
  }
}

/** The events of a stream that nobody asked for, put together. */
function foldEvents(decoded: Decoding): WholeReading<Answer> {
  const events: StreamEvent[] = []
  return {
    push(bytes) {
      for (const event of decoded.push(bytes)) events.push(event)
    },
    end() {
      const { answer, error } = fold([...events, ...decoded.end()])
      if (error) throw new SyntaxError(`The answer ended with an error: ${error.message}`)
      return answer
    },
  }
}

/** The most that is kept of an answer until it is whole, bytes: many times what the longest conversation is answered with. */
const MAX_WHOLE_BYTES = 32 * 1024 * 1024

/** How an answer is written when all of it is there. */
interface WholeWriting<Told> {
  readonly contentType: string
  write(told: Told): Buffer | undefined
}

const AS_JSON: WholeWriting<unknown> = {
  contentType: JSON_TYPE,
  write: (told) => Buffer.from(JSON.stringify(told)),
}

function wholeTranslator<Told>(
  read: WholeReading<Told>,
  { contentType, write }: WholeWriting<Told>,
): AnswerTranslator {
  let size = 0
  return {
    contentType,
    push(bytes) {
      size += bytes.length
      if (size > MAX_WHOLE_BYTES) throw new RangeError(`The answer is longer than ${MAX_WHOLE_BYTES} bytes`)
      read.push(bytes)
      return undefined
    },
    end: () => write(read.end()),
  }
}

function encodeAll(encoder: StreamEncoder, events: Iterable<StreamEvent>): Buffer | undefined {
  let text = ''
  for (const event of events) text += encoder.push(event)
  return text === '' ? undefined : Buffer.from(text)
}

/** A provider's refusal in the client's dialect; what cannot be read as one is told by its status alone. */
export function errorTranslator(
  { from, serving }: Pick<TranslatedCall, 'from' | 'serving'>,
  status: number,
  requestId: string,
): AnswerTranslator {
  const chunks: Buffer[] = []
  let size = 0
  return {
    contentType: JSON_TYPE,
    push(bytes) {
      size += bytes.length
      if (size <= MAX_ERROR_BYTES) chunks.push(bytes)
      return undefined
    },
    end() {
      const error = serving.readError(status, parseObject(Buffer.concat(chunks).toString('utf8')))
      return Buffer.from(JSON.stringify(from.translation.writeError(error, requestId).body))
    },
  }
}
