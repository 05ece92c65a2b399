import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { decodeStream } from '../../core/decode.ts'
import { isPassedBack } from '../../wire/passage/headers.ts'
import type { Passage } from '../../wire/passage/passages.ts'
import { UPLOAD_URL, uploadUrlHere } from '../../wire/passage/uploads.ts'
import { isEventStream } from '../../wire/sse.ts'
import { type MeteredCost, meterReading } from './meter-reading.ts'

/** Told how an answer passes. */
export interface Passing {
  /** Its head is set, and still here. */
  onHead(): void
  onBytes(): void
  onBroken(cause: unknown): void
  /** All of it has come, and its end is still here: what it cost, where that is known. */
  onEnd(cost: MeteredCost | undefined): void
}

/** Pass a provider's answer to the client as it comes, and no faster than the client takes it; its end is left to the caller. */
export function passBack(
  answer: IncomingMessage,
  res: ServerResponse,
  passage: Passage,
  { onHead, onBytes, onBroken, onEnd }: Passing,
): void {
  const { statusCode = 502, headers } = answer
  res.statusCode = statusCode
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && isPassedBack(passage, name)) res.setHeader(name, value)
  }
  const theirs = passage.uploads && headers[UPLOAD_URL]
  const here = typeof theirs === 'string' ? uploadUrlHere(theirs, res.req) : undefined
  if (here !== undefined) res.setHeader(UPLOAD_URL, here)
  const body = bodyOf(answer, res, passage)
  const reading = meterReading(passage, statusCode, headers['content-type'])
  onHead()
  if (isEventStream(headers['content-type'])) res.flushHeaders()
  body.on('data', (bytes: Buffer) => {
    onBytes()
    reading.push(bytes)
  })
  body.once('error', onBroken)
  body.once('end', () => onEnd(reading.cost()))
  body.pipe(res, { end: false })
}

/** An answer that came compressed all the same is decoded where its meter has to read it, and else left as it is. */
function bodyOf(answer: IncomingMessage, res: ServerResponse, { cost }: Passage): Readable {
  const hasBody = res.req.method !== 'HEAD' && answer.statusCode !== 204 && answer.statusCode !== 304
  const isRead = hasBody && typeof cost === 'object' && cost.costOf !== undefined
  const decoder = isRead ? decodeStream(answer.headers['content-encoding']) : undefined
  if (!decoder) return answer
  res.removeHeader('content-encoding')
  res.removeHeader('content-length')
  answer.once('error', (cause) => decoder.destroy(cause))
  return answer.pipe(decoder)
}
