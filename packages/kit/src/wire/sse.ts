/**
 * Server-sent events as bytes: cut where events end, and forwarded as they came. What is inside an event is parsed only
 * when somebody asks. Format: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */

/** Whether a `content-type` is that of events, in any case and with any parameters: https://www.rfc-editor.org/rfc/rfc9110#section-8.3.1 */
export function isEventStream(contentType: unknown): boolean {
  return typeof contentType === 'string' && EVENT_STREAM.test(contentType)
}

const EVENT_STREAM = /^text\/event-stream\s*(?:;|$)/i

const LF = 0x0a
const CR = 0x0d

/** Collects bytes and gives them back in whole events, whatever the boundaries they came in. */
export interface EventFramer {
  /** The events that are complete with these bytes, as one run of bytes; undefined while there are none. */
  push(bytes: Buffer): Buffer | undefined
  /** What is left when the stream ends: an event that was not closed by an empty line. */
  rest(): Buffer | undefined
}

/** The most that is kept of one event, bytes: 16 MiB. A longer one is passed on in pieces, as it comes. */
const MAX_EVENT_BYTES = 16 * 1024 * 1024

export function eventFramer(): EventFramer {
  const pending = growingBuffer()
  return {
    push(bytes) {
      const scanned = pending.size()
      const all = scanned === 0 ? bytes : pending.add(bytes)
      // No event ends in what was searched before, but for a final `\r`: each byte is looked at once.
      const cut = lastEventEnd(all, Math.max(scanned - 1, 0))
      if (cut === 0 && all.length <= MAX_EVENT_BYTES) {
        if (scanned === 0) pending.add(bytes)
        return undefined
      }
      pending.take()
      if (cut === 0) return all
      if (cut < all.length) pending.add(all.subarray(cut))
      return all.subarray(0, cut)
    },
    rest: () => pending.take(),
  }
}

interface GrowingBuffer {
  size(): number
  /** Append bytes; returns all that were added, until the next call. */
  add(bytes: Buffer): Buffer
  /** Give all away, undefined when there is nothing, and begin anew. */
  take(): Buffer | undefined
}

/** Bytes in one piece, which doubles as it grows: a byte is copied twice on average, however small the pieces come. */
function growingBuffer(): GrowingBuffer {
  let room = EMPTY
  let size = 0
  return {
    size: () => size,
    add(bytes) {
      const needed = size + bytes.length
      if (needed > room.length) {
        const larger = Buffer.allocUnsafe(Math.max(needed, 2 * room.length))
        room.copy(larger, 0, 0, size)
        room = larger
      }
      bytes.copy(room, size)
      size = needed
      return room.subarray(0, size)
    },
    take() {
      const all = size === 0 ? undefined : room.subarray(0, size)
      room = EMPTY
      size = 0
      return all
    },
  }
}

const EMPTY = Buffer.alloc(0)

/**
 * The position after the last empty line that ends at `from` or later, 0 when there is none: two line ends in a row, each
 * `\n`, `\r\n` or `\r`.
 */
function lastEventEnd(bytes: Buffer, from: number): number {
  for (let at = bytes.length - 1; at > 0 && at >= from; at -= 1) {
    const code = bytes[at]
    if (code !== LF && code !== CR) continue
    // A final `\r` may be half of a `\r\n`: the event is taken as complete when the next byte says so.
    if (code === CR && at === bytes.length - 1) continue
    const before = code === LF && bytes[at - 1] === CR ? at - 2 : at - 1
    if (before >= 0 && (bytes[before] === LF || bytes[before] === CR)) return at + 1
  }
  return 0
}

/** The events in a run of whole events, each with its bytes. */
export function splitEvents(run: Buffer): Buffer[] {
  const events: Buffer[] = []
  let start = 0
  for (let at = 0; at < run.length; at += 1) {
    const end = emptyLineEnd(run, at)
    if (end === 0) continue
    events.push(run.subarray(start, end))
    start = end
    at = end - 1
  }
  if (start < run.length) events.push(run.subarray(start))
  return events
}

/** The position after an empty line whose first line end is at `at`; 0 when there is none. */
function emptyLineEnd(bytes: Buffer, at: number): number {
  const first = lineEnd(bytes, at)
  return first === 0 ? 0 : lineEnd(bytes, first)
}

/** The position after a line end at `at`; 0 when there is none. */
function lineEnd(bytes: Buffer, at: number): number {
  if (bytes[at] === LF) return at + 1
  if (bytes[at] !== CR) return 0
  return bytes[at + 1] === LF ? at + 2 : at + 1
}

/** The data of one event: its `data:` lines joined, the space after the colon left out. Undefined when it has none. */
export function eventData(event: Buffer): string | undefined {
  const lines = event
    .toString('utf8')
    .split(/\r\n|\n|\r/)
    .filter((line) => line.startsWith('data:'))
  if (lines.length === 0) return undefined
  return lines.map((line) => line.slice(line.charCodeAt(5) === 0x20 ? 6 : 5)).join('\n')
}

/** The name of one event; undefined when it has none. */
export function eventName(event: Buffer): string | undefined {
  const line = event
    .toString('utf8')
    .split(/\r\n|\n|\r/)
    .findLast((candidate) => candidate.startsWith('event:'))
  return line?.slice(line.charCodeAt(6) === 0x20 ? 7 : 6)
}
