import { errorBody } from '../core/error-body.ts'
import { eventReading } from '../toll/reading.ts'
import { servedFormat } from '../toll/served-format.ts'
import type { Passage } from './passage.ts'

interface GovernedStreamOptions {
  readonly passage: Passage
  readonly signal: AbortSignal | undefined
}

/**
 * A provider's stream of events as its caller reads it: byte for byte, at the reader's pace, without the usage chunk that
 * only we asked for. It is charged before its last event is handed over. A reader that cancels, an abort and a provider
 * that breaks off are charged for what came, and the provider is let go at once; so is an answer that the budget has no more
 * for, which ends in an error event.
 */
export function governedStream(
  answer: ReadableStream<Uint8Array>,
  { passage, signal }: GovernedStreamOptions,
): ReadableStream<Uint8Array> {
  const received = passage.toll.received!
  const { stream, wantsUsage, media } = received
  const format = servedFormat(passage.toll, received)
  const answers = media?.kind === 'pictures' ? media.count : 1
  const reading = eventReading(format, stream && !wantsUsage, answers)
  const upstream = answer.getReader()
  passage.begin(reading)
  let isRead = false
  /** The end of an answer that was cut, in place of what was still to come. */
  let last: Buffer | undefined
  const growing = passage.follow(reading, {
    blocked: () => !isRead,
    cut(refusal) {
      passage.toll.stopped = true
      last = format.streamError(errorBody(received.format.dialect, refusal, passage.toll.requestId))
      void letGo()
    },
  })

  const end = async () => {
    signal?.removeEventListener('abort', letGo)
    await passage.end({ status: 200, whole: reading.complete })
  }
  /** The reader has gone, or the provider: nobody is to generate any more. */
  const letGo = async () => {
    await Promise.allSettled([upstream.cancel(signal?.reason), end()])
  }
  /** The next bytes for the reader; undefined at the end. */
  const next = async (): Promise<Uint8Array | undefined> => {
    for (;;) {
      const { done, value } = await upstream.read()
      // A provider that is let go ends its stream in good form: the reader must not take that for the end.
      if (done) signal?.throwIfAborted()
      const bytes = done || last ? reading.end() : reading.push(bufferOf(value))
      for (let wait = growing?.ask(); wait && !last; wait = growing?.ask()) await wait
      if (last) return undefined
      // Many readers stop at the terminal event: it is charged before they see it.
      if (done || reading.complete) await end()
      if (bytes || done) return bytes
    }
  }

  signal?.addEventListener('abort', letGo, { once: true })
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          isRead = true
          const bytes = await next()
          isRead = false
          if (bytes) return controller.enqueue(bytes)
          if (last) controller.enqueue(last)
          controller.close()
        } catch (error) {
          await letGo()
          controller.error(error)
        }
      },
      cancel: letGo,
    },
    // Nothing is read ahead: the provider is held back by whoever reads.
    { highWaterMark: 0 },
  )
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}
