import type { RawData, WebSocket } from 'ws'

/** A message as it came over a WebSocket. */
export interface Frame {
  readonly data: Buffer
  readonly binary: boolean
}

/** One direction of a session. */
export interface Lane {
  /** Resolves once everything that has come is handled. */
  idle(): Promise<void>
}

/** What may wait in one direction before its sender is held back, bytes. */
const MAX_WAITING_BYTES = 1024 * 1024

/**
 * Handle the messages of one side in their order, one at a time: whoever handles one may take its time over it, and throws
 * nothing. The sender is held back by its own connection once too much waits.
 */
export function handleInOrder(source: WebSocket, handle: (frame: Frame) => void | Promise<void>): Lane {
  const waiting: Frame[] = []
  let waitingBytes = 0
  let working = false
  let work: Promise<void> = Promise.resolve()

  async function handleAll(): Promise<void> {
    working = true
    for (let frame = waiting.shift(); frame; frame = waiting.shift()) {
      waitingBytes -= frame.data.length
      const handled = handle(frame)
      if (handled) await handled
      if (source.isPaused && waitingBytes < MAX_WAITING_BYTES) source.resume()
    }
    working = false
  }

  source.on('message', (data: RawData, binary: boolean) => {
    const frame = { data: bufferOf(data), binary }
    waiting.push(frame)
    waitingBytes += frame.data.length
    if (waitingBytes >= MAX_WAITING_BYTES) source.pause()
    if (!working) work = handleAll()
  })
  return { idle: () => work }
}

/** What may wait to be read by one side before the other one is held back, bytes. */
const MAX_UNREAD_BYTES = 1024 * 1024

/** Send a message; a promise where the reader is slow, which resolves when it has caught up or gone. */
export function send(target: WebSocket, data: Buffer | string, binary = false): Promise<void> | undefined {
  if (target.readyState !== target.OPEN) return undefined
  if (target.bufferedAmount < MAX_UNREAD_BYTES) {
    target.send(data, { binary }, ignoreLate)
    return undefined
  }
  return new Promise((resolve) => target.send(data, { binary }, () => resolve()))
}

/** That a connection has gone is told by its `close`. */
function ignoreLate(): void {}

function bufferOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
}
