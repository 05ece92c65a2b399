import type { ServerResponse } from 'node:http'
import { tapOf, type Untapped } from './tapped-response.ts'

/** An answer that may go on without its client. */
export interface Outliving {
  /** Nobody wants it any more: if its client has left, that is told now. */
  release(): void
}

/**
 * Let an answer go on when its client leaves, for as long as others want it. To everybody who works on the response it is
 * then still open; what they write is seen by observers (core/tap), and sent to nobody. Its `close` is held back until
 * the answer is complete, or is wanted no more: nothing of it is settled before that.
 */
export function outlive(res: ServerResponse, isWanted: () => boolean): Outliving {
  const tap = tapOf(res)
  const { untapped } = tap
  const { emit } = res
  /** The client has left, and whoever works for it does not know yet. */
  let isKept = false

  const release = () => {
    if (!isKept) return
    isKept = false
    tap.untapped = untapped
    emit.call(res, 'close')
  }
  mask(res, 'closed', () => isKept)
  mask(res, 'destroyed', () => isKept)
  mask(res, 'writableNeedDrain', () => isKept)
  function emitUnlessWanted(this: ServerResponse, event: string, ...args: unknown[]) {
    // What is complete was sent: there is nothing to go on with.
    if (event !== 'close' || isKept || res.writableFinished || !isWanted())
      return emit.call(this, event as never, ...(args as never[]))
    isKept = true
    tap.untapped = sentToNobody(release)
    // Whoever waits for the client to read need not wait any more: there is none.
    emit.call(res, 'drain')
    return true
  }
  // By its name, as in core/tap and for its reason.
  res.emit = emitUnlessWanted as typeof res.emit
  return { release }
}

/** Make a flag of a response say false while `isMasked` holds, and what it would say by itself otherwise. */
function mask(
  res: ServerResponse,
  flag: 'closed' | 'destroyed' | 'writableNeedDrain',
  isMasked: () => boolean,
): void {
  const own = Object.getOwnPropertyDescriptor(res, flag)
  let value = own?.value as boolean | undefined
  Object.defineProperty(res, flag, {
    configurable: true,
    get: () => !isMasked() && (own ? value : Reflect.get(Object.getPrototypeOf(res), flag, res)),
    set(set: boolean) {
      value = set
    },
  })
}

function sentToNobody(onEnd: () => void): Untapped {
  return {
    write(_bytes, done) {
      if (done) process.nextTick(done)
      return true
    },
    end(this: ServerResponse, _bytes, done) {
      if (done) process.nextTick(done)
      process.nextTick(onEnd)
      return this
    },
    writeHead(this: ServerResponse) {
      return this
    },
    flushHeaders() {},
  }
}
