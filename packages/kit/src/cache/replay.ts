import type { ServerResponse } from 'node:http'
import { requestId as randomId } from '../core/ids.ts'
import type { Asked, StreamEncoder, Translation } from '../wire/format.ts'
import type { Answer } from '../wire/neutral/answer.ts'
import { replay } from '../wire/neutral/replay.ts'
import type { StreamEvent } from '../wire/neutral/stream.ts'
import { sliced } from './slices.ts'

/** Who is answered, and what they have asked for. */
export interface Replayed extends Asked {
  readonly translation: Translation
  readonly stream: boolean
  readonly nowMs: number
}

/** So much is written at a time, UTF-16 units: as many bytes, or up to three times. */
const FLUSH_UNITS = 8 * 1024

/** An answer that is given once more is another answer: it has an id of its own, and was made now. */
export function anew(answer: Answer, nowMs: number): Answer {
  return { ...answer, id: newAnswerId(), createdAtSec: Math.floor(nowMs / 1_000) }
}

/** The part of an answer's id behind what its dialect begins ids with. */
export function newAnswerId(): string {
  return `c${randomId().slice('req_'.length)}`
}

/**
 * Answer a client with a complete answer, in its dialect, as JSON or as a stream, by the same writers that translate for
 * it. What the model said, what it was thinking, its calls of tools and its usage are those of the answer.
 */
export async function replayTo(res: ServerResponse, answer: Answer, to: Replayed): Promise<void> {
  const again = anew(answer, to.nowMs)
  if (!to.stream) return answerWhole(res, again, to)
  openStream(res)
  await writeEvents(res, sliced(replay(again)), to.translation.streamEncoder(to))
  res.end()
}

/** Answer a client with a complete answer as JSON. */
export function answerWhole(res: ServerResponse, answer: Answer, to: Replayed): void {
  const body = JSON.stringify(to.translation.writeAnswer(answer, to))
  res.statusCode = 200
  res.setHeader('content-type', 'application/json')
  res.setHeader('content-length', Buffer.byteLength(body))
  // As text it goes out in one piece with its head.
  res.end(body)
}

/** Begin an answer that is a stream. */
export function openStream(res: ServerResponse): void {
  res.statusCode = 200
  res.setHeader('content-type', 'text/event-stream; charset=utf-8')
  res.setHeader('cache-control', 'no-cache')
  res.flushHeaders()
}

/** Write events as fast as the client reads, and no further once it has left. */
export async function writeEvents(
  res: ServerResponse,
  events: Iterable<StreamEvent>,
  encoder: StreamEncoder,
): Promise<void> {
  let text = ''
  for (const event of events) {
    text += encoder.push(event)
    if (text.length < FLUSH_UNITS) continue
    const hasRoom = res.write(text)
    text = ''
    if (!hasRoom) await room(res)
    if (res.closed) return
  }
  if (text !== '' && !res.write(text)) await room(res)
}

/** Until a client has read what it was sent, or has left. */
export function room(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      res.off('drain', go)
      res.off('close', go)
      resolve()
    }
    if (res.closed || !res.writableNeedDrain) return resolve()
    res.on('drain', go)
    res.on('close', go)
  })
}
