import { eventReading } from '../toll/reading.ts'
import type { Passage } from './passage.ts'

interface GovernedStreamOptions {
  readonly passage: Passage
  readonly signal: AbortSignal | undefined
}

/**
 * A provider's stream of events as its caller reads it: byte for byte, at the reader's pace, without the usage chunk that
 * only we asked for. It is charged before its last event is handed over. A reader that cancels, an abort and a provider
 * that breaks off are charged for what came, and the provider is let go at once.
 */
export function governedStream(
  answer: ReadableStream<Uint8Array>,
  { passage, signal }: GovernedStreamOptions,
): ReadableStream<Uint8Array> {
  const { format, stream, wantsUsage } = passage.toll.received!
  const reading = eventReading(format, stream && !wantsUsage)
  const upstream = answer.getReader()
  passage.begin(reading)

  const end = async () => {
    signal?.removeEventListener('abort', cut)
    await passage.end({ status: 200, whole: reading.complete })
  }
  /** The reader has gone, or the provider: nobody is to generate any more. */
  const cut = async () => {
    await Promise.allSettled([upstream.cancel(signal?.reason), end()])
  }
  /** The next bytes for the reader; undefined at the end. */
  const next = async (): Promise<Uint8Array | undefined> => {
    for (;;) {
      const { done, value } = await upstream.read()
      // A provider that is let go ends its stream in good form: the reader must not take that for the end.
      if (done) signal?.throwIfAborted()
      const bytes = done ? reading.end() : reading.push(bufferOf(value))
      // Many readers stop at the terminal event: it is charged before they see it.
      if (done || reading.complete) await end()
      if (bytes || done) return bytes
    }
  }

  signal?.addEventListener('abort', cut, { once: true })
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const bytes = await next()
          if (bytes) controller.enqueue(bytes)
          else controller.close()
        } catch (error) {
          await cut()
          controller.error(error)
        }
      },
      cancel: cut,
    },
    // Nothing is read ahead: the provider is held back by whoever reads.
    { highWaterMark: 0 },
  )
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}
