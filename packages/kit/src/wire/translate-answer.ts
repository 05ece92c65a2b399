import type { Asked, StreamDecoder, StreamEncoder } from './format.ts'
import { isObject } from './json.ts'
import { MAX_ERROR_BYTES } from './neutral/provider-error.ts'
import { replay } from './neutral/replay.ts'
import type { StreamEvent } from './neutral/stream.ts'
import { eventData, eventFramer, eventName, splitEvents } from './sse.ts'
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

/** How a provider's answer is given to the client: as a stream when the client asked for one, whatever came. */
export function translatorFor(
  { from, to }: TranslatedCall,
  asked: AskedWhen,
  comesAs: 'events' | 'json',
): AnswerTranslator {
  const dated = datedBy(asked.nowMs)
  const encoder = asked.stream ? from.translation.streamEncoder(asked) : undefined
  if (comesAs === 'json') return wholeTranslator({ from, to }, asked, encoder)
  return streamTranslator(
    to.translation.streamDecoder(),
    encoder ?? from.translation.streamEncoder(asked),
    dated,
  )
}

/** What the client asked for, whether as a stream, and when it is answered, ms. */
export interface AskedWhen extends Asked {
  readonly stream: boolean
  readonly nowMs: number
}

type Dated = <Answered extends { readonly createdAtSec: number }>(answered: Answered) => Answered

/** Some dialects do not say when an answer was made, and others must: then it is made when it comes. */
function datedBy(nowMs: number): Dated {
  const createdAtSec = Math.floor(nowMs / 1_000)
  return (answered) => (answered.createdAtSec === 0 ? { ...answered, createdAtSec } : answered)
}

function streamTranslator(decoder: StreamDecoder, encoder: StreamEncoder, dated: Dated): AnswerTranslator {
  const framer = eventFramer()
  const date = (event: StreamEvent) => (event.type === 'start' ? dated(event) : event)
  const translate = (run: Buffer | undefined): Buffer[] => {
    const events = run ? splitEvents(run) : []
    return events.flatMap((event) => {
      const data = eventData(event)
      return data === undefined ? [] : encodeAll(encoder, decoder.push(data, eventName(event)).map(date))
    })
  }
  return {
    contentType: EVENTS_TYPE,
    push: (bytes) => joined(translate(framer.push(bytes))),
    end: () => joined([...translate(framer.rest()), ...encodeAll(encoder, decoder.end())]),
  }
}

/** @throws SyntaxError at the end, when what came is no answer of the provider's dialect. */
function wholeTranslator(
  { from, to }: Pick<TranslatedCall, 'from' | 'to'>,
  asked: AskedWhen,
  encoder: StreamEncoder | undefined,
): AnswerTranslator {
  const chunks: Buffer[] = []
  return {
    contentType: encoder ? EVENTS_TYPE : JSON_TYPE,
    push(bytes) {
      chunks.push(bytes)
      return undefined
    },
    end() {
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
      if (!isObject(body)) throw new SyntaxError('The answer is not a JSON object')
      const answer = datedBy(asked.nowMs)(to.translation.readAnswer(body))
      if (encoder) return joined(encodeAll(encoder, replay(answer)))
      return Buffer.from(JSON.stringify(from.translation.writeAnswer(answer, asked)))
    },
  }
}

function encodeAll(encoder: StreamEncoder, events: Iterable<StreamEvent>): Buffer[] {
  const encoded: Buffer[] = []
  for (const event of events) {
    const bytes = encoder.push(event)
    if (bytes) encoded.push(bytes)
  }
  return encoded
}

function joined(pieces: readonly Buffer[]): Buffer | undefined {
  if (pieces.length === 0) return undefined
  return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces)
}

/** A provider's refusal in the client's dialect; what cannot be read as one is told by its status alone. */
export function errorTranslator(
  { from, to }: Pick<TranslatedCall, 'from' | 'to'>,
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
      const error = to.translation.readError(status, parsed(Buffer.concat(chunks)))
      return Buffer.from(JSON.stringify(from.translation.writeError(error, requestId).body))
    },
  }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}
