import type { EventStreamCodec, Message } from '@smithy/eventstream-codec'
import type { Dispatcher } from 'undici'
import { parseObject } from '../json.ts'
import { EXCEPTIONS } from './aws-exceptions.ts'
import { optionalPeer } from './optional-peer.ts'

/** `application/vnd.amazon.eventstream`: frames with a length, headers and checksums, in place of lines of text. */
const FRAMED = /^application\/vnd\.amazon\.eventstream\s*(?:;|$)/i

/** No frame is longer, by AWS's own rule: 24 MiB. A length beyond it is a broken stream. */
const MAX_FRAME_BYTES = 24 * 1024 * 1024

/** Where the length of a frame ends. */
const LENGTH_BYTES = 4

/** Turns frames into events, in whichever pieces they come. */
export interface AwsEvents {
  /** @throws Error when the bytes are no frames, or a checksum is wrong. */
  push(bytes: Buffer): Buffer | undefined
}

/** Read frames by AWS's own codec (optional peer). @throws Error at assembly when it is not installed. */
export function awsEventsReader(): () => AwsEvents {
  const { EventStreamCodec: Codec } = optionalPeer(
    '@smithy/eventstream-codec',
    'Bedrock',
  ) as typeof import('@smithy/eventstream-codec')
  const codec = new Codec(
    (bytes) => (typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8')),
    (text) => Buffer.from(text),
  )
  return () => awsEvents(codec)
}

function awsEvents(codec: EventStreamCodec): AwsEvents {
  let pending: Buffer = Buffer.alloc(0)
  return {
    push(bytes) {
      pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes])
      const events: string[] = []
      for (let length = frameLength(pending); length <= pending.length; length = frameLength(pending)) {
        events.push(eventOf(codec.decode(pending.subarray(0, length))))
        pending = pending.subarray(length)
      }
      return events.length === 0 ? undefined : Buffer.from(events.join(''))
    },
  }
}

/** Infinite while it has not come. */
function frameLength(bytes: Buffer): number {
  if (bytes.length < LENGTH_BYTES) return Number.POSITIVE_INFINITY
  const length = bytes.readUInt32BE(0)
  if (length > MAX_FRAME_BYTES) throw new Error(`A frame of ${length} bytes is no frame of AWS’s`)
  return length
}

/**
 * One frame as an event. What a model says in its maker's own words comes as base64 in `bytes`, and is an event of that
 * maker's dialect; everything else keeps the name that its frame has. An exception ends the stream.
 */
function eventOf({ headers, body }: Message): string {
  const text = Buffer.from(body).toString('utf8')
  const type = headers[':message-type']?.value
  if (type !== 'event') {
    return exceptionEvent(headers[':exception-type']?.value ?? headers[':error-code']?.value, text)
  }
  const { bytes } = parseObject(text) ?? {}
  if (typeof bytes !== 'string') return spell(String(headers[':event-type']?.value), text)
  const said = Buffer.from(bytes, 'base64').toString('utf8')
  return spell(String(parseObject(said)?.type ?? 'chunk'), said)
}

/** As Anthropic says an error inside a stream, which whoever reads Converse knows how to read as well. */
function exceptionEvent(name: unknown, text: string): string {
  const { type, status } = EXCEPTIONS[String(name)] ?? { type: 'api_error', status: 500 }
  const { message = text } = parseObject(text) ?? {}
  return spell('error', JSON.stringify({ type: 'error', status, error: { type, message } }))
}

function spell(name: string, data: string): string {
  return `event: ${name}\ndata: ${data}\n\n`
}

/** What stands before whoever takes an answer: a stream of frames is one of events behind it. */
export function framedAsEvents(
  readerOf: () => AwsEvents,
  taker: Dispatcher.DispatchHandler,
): Dispatcher.DispatchHandler {
  let reader: AwsEvents | undefined
  return {
    onRequestStart: (...given) => taker.onRequestStart?.(...given),
    onResponseStart(controller, status, headers, message) {
      if (!FRAMED.test(String(headers['content-type']))) {
        return taker.onResponseStart?.(controller, status, headers, message)
      }
      reader = readerOf()
      const { 'content-length': _, ...rest } = headers
      const spoken = { ...rest, 'content-type': 'text/event-stream; charset=utf-8' }
      taker.onResponseStart?.(controller, status, spoken, message)
    },
    onResponseData(controller, bytes) {
      const events = reader ? reader.push(bytes) : bytes
      if (events) taker.onResponseData?.(controller, events)
    },
    onResponseEnd: (...given) => taker.onResponseEnd?.(...given),
    onResponseError: (...given) => taker.onResponseError?.(...given),
  }
}
