import type { Transform } from 'node:stream'
import { wholeOf } from '../../core/response-parts.ts'
import type { Translation } from './translation.ts'

/** The last part of an answer's way: decoded where it is compressed, translated where the client speaks another dialect, written. */
export interface Delivery {
  push(bytes: Buffer): void
  /** All of it has come; `done` once all of it is written. */
  end(done: () => void): void
  /** The client has room again. */
  resume(): void
  /** Nothing more is to come: what came is written, but for what is still compressed. */
  stop(cause?: Error): void
}

export interface DeliveryOptions {
  /** For an answer that came compressed all the same. */
  readonly decoder: Transform | undefined
  readonly translation: Pick<Translation, 'push' | 'end'> | undefined
  /** Takes what comes out; false: the client has no room for more. */
  write(bytes: Buffer): boolean
  /** Nothing more is to come from the provider before there is room. */
  onFull(): void
  onRoom(): void
  /** Bytes that cannot be read are the provider's fault, and never the process's end. */
  onFault(cause: Error): void
}

export function deliveryOf(options: DeliveryOptions): Delivery {
  const { decoder, translation, write, onFull, onRoom, onFault } = options
  const translate = (step: () => Buffer | undefined): Buffer | undefined => {
    try {
      return step()
    } catch (cause) {
      onFault(cause as Error)
      return undefined
    }
  }
  const pass = (bytes: Buffer | undefined) => {
    if (!bytes || write(bytes)) return
    decoder?.pause()
    onFull()
  }
  const give = (bytes: Buffer) => pass(translation ? translate(() => translation.push(bytes)) : bytes)
  const finish = (done: () => void) => {
    if (translation) pass(translate(() => translation.end()))
    done()
  }

  if (!decoder) {
    const gathered = gathering(give)
    return {
      push: gathered.push,
      end(done) {
        gathered.flush()
        finish(done)
      },
      resume() {},
      stop: () => gathered.flush(),
    }
  }
  // Once for the whole answer: a slow client would gather a listener for every piece that came meanwhile.
  decoder.on('data', give).on('error', onFault).on('drain', onRoom)
  return {
    push(bytes) {
      if (!decoder.write(bytes)) onFull()
    },
    end(done) {
      decoder.once('end', () => finish(done))
      decoder.end()
    },
    resume: () => void decoder.resume(),
    stop: (cause) => void decoder.destroy(cause),
  }
}

interface Gathering {
  push(bytes: Buffer): void
  flush(): void
}

/**
 * What comes in one turn goes on at its end, in one piece: a provider's chunks are small, many arrive together, and each step
 * of their way costs more than what is in them.
 */
function gathering(give: (bytes: Buffer) => void): Gathering {
  let gathered: Buffer[] = []
  const flush = () => {
    if (gathered.length === 0) return
    const bytes = wholeOf(gathered)
    gathered = []
    give(bytes)
  }
  return {
    push(bytes) {
      if (gathered.push(bytes) === 1) process.nextTick(flush)
    },
    flush,
  }
}
