import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { type Context, peekContext } from './context.ts'

/** The most that is held back of an answer, so that its headers can still be set when it is complete: 4 MiB. */
const MAX_HELD_BYTES = 4 * 1024 * 1024

/** Sees an answer go by. The bytes are the handler's, before the transformer. */
export interface Observer {
  /** The first byte, or the head of an answer that has none. */
  head?(res: ServerResponse): void
  chunk?(bytes: Buffer): void
  end?(): void
}

/** May change an answer on its way: there is one per response. */
export interface Transformer {
  /** The status and headers are known. `hold` keeps the answer back until it is complete, up to 4 MiB. */
  head(res: ServerResponse): 'hold' | 'pass'
  /** The bytes to send in place of these; undefined to send nothing now. */
  chunk(bytes: Buffer): Buffer | undefined
  /** The handler is done: what is left to send. Headers can still be set on an answer that was held. */
  flush(): Buffer | undefined | Promise<Buffer | undefined>
}

interface Tap {
  transformer: Transformer | undefined
  held: Buffer[] | undefined
  readonly observers: Observer[]
}

const TAP = Symbol.for('tollgate.tap')

type Tapped = ServerResponse & { [TAP]?: Tap }

/** Watch an answer. */
export function observe(res: ServerResponse, observer: Observer): void {
  tapOf(res).observers.push(observer)
}

/** Change an answer on its way; the stage that does so is mounted once. */
export function transform(res: ServerResponse, transformer: Transformer): void {
  tapOf(res).transformer = transformer
}

function tapOf(res: ServerResponse): Tap {
  const tapped = res as Tapped
  if (!tapped[TAP]) {
    const tap: Tap = { transformer: undefined, held: undefined, observers: [] }
    Object.defineProperty(tapped, TAP, { value: tap })
    wrap(tapped, tap)
  }
  return tapped[TAP]!
}

/** Forget what was held back of an answer, and let what comes now pass as it is: something else is to be answered. */
export function dropHeld(res: ServerResponse): void {
  const tap = (res as Tapped)[TAP]
  if (!tap) return
  tap.transformer = undefined
  tap.held = undefined
}

type Callback = ((error?: Error | null) => void) | undefined

/**
 * Wrap a response once. What others wrapped before us (compression, say) stays outside: we see plain bytes. Back-pressure
 * is the response's own: `write` returns what it returned, and `drain` comes from it.
 */
function wrap(res: ServerResponse, tap: Tap): void {
  const write = res.write.bind(res) as (bytes: Buffer, done?: Callback) => boolean
  const end = res.end.bind(res) as (bytes?: Buffer, done?: Callback) => ServerResponse
  const writeHead = res.writeHead.bind(res) as (...args: unknown[]) => ServerResponse
  const flushHeaders = res.flushHeaders.bind(res)
  let begun = false
  let ended = false
  let heldBytes = 0

  const begin = () => {
    if (begun) return
    begun = true
    for (const observer of tap.observers) observer.head?.(res)
    if (tap.transformer?.head(res) === 'hold') tap.held = []
  }
  const pass = (bytes: Buffer): Buffer | undefined => {
    for (const observer of tap.observers) observer.chunk?.(bytes)
    return tap.transformer ? tap.transformer.chunk(bytes) : bytes
  }
  /** Send bytes, or keep them while the answer is held and small enough. */
  const send = (bytes: Buffer, done?: Callback): boolean => {
    if (!tap.held) return write(bytes, done)
    tap.held.push(bytes)
    heldBytes += bytes.length
    if (heldBytes <= MAX_HELD_BYTES) {
      if (done) process.nextTick(done)
      return true
    }
    const all = Buffer.concat(tap.held)
    tap.held = undefined
    return write(all, done)
  }
  const finish = (rest: Buffer | undefined, done: Callback) => {
    for (const observer of tap.observers) observer.end?.()
    const last = tap.held ? Buffer.concat(rest ? [...tap.held, rest] : tap.held) : rest
    tap.held = undefined
    if (last && last.length > 0) end(last, done)
    else end(undefined, done)
  }

  function tappedWriteHead(
    status: number,
    reason?: string | OutgoingHttpHeaders | OutgoingHttpHeader[],
    headers?: OutgoingHttpHeaders | OutgoingHttpHeader[],
  ): ServerResponse {
    if (begun) return writeHead(status, reason, headers)
    // Only noted: the head goes out with the first byte, when it is known whether the answer is held.
    res.statusCode = status
    if (typeof reason === 'string') res.statusMessage = reason
    setHeaders(res, typeof reason === 'string' ? headers : reason)
    return res
  }

  function tappedFlushHeaders(): void {
    begin()
    if (!tap.held) flushHeaders()
  }

  function tappedWrite(chunk: unknown, encoding?: unknown, callback?: unknown): boolean {
    const done = (typeof encoding === 'function' ? encoding : callback) as Callback
    if (ended) return write(toBuffer(chunk, encoding), done)
    begin()
    const bytes = pass(toBuffer(chunk, encoding))
    if (bytes && bytes.length > 0) return send(bytes, done)
    if (done) process.nextTick(done)
    return true
  }

  function tappedEnd(chunk?: unknown, encoding?: unknown, callback?: unknown): ServerResponse {
    const done = [chunk, encoding, callback].find((arg) => typeof arg === 'function') as Callback
    if (ended) return end(undefined, done)
    begin()
    ended = true
    markAnswered(res)
    if (chunk !== undefined && chunk !== null && typeof chunk !== 'function') {
      const bytes = pass(toBuffer(chunk, encoding))
      if (bytes && bytes.length > 0) send(bytes)
    }
    const rest = tap.transformer?.flush()
    if (rest instanceof Promise)
      void rest.then(
        (bytes) => finish(bytes, done),
        () => finish(undefined, done),
      )
    else finish(rest, done)
    return res
  }

  // Not written where they are assigned: V8 puts a function that is written straight into a property among its old
  // objects, where it keeps what it sees, a whole request, alive until the next full garbage collection.
  res.writeHead = tappedWriteHead as ServerResponse['writeHead']
  res.flushHeaders = tappedFlushHeaders
  res.write = tappedWrite as ServerResponse['write']
  res.end = tappedEnd as ServerResponse['end']
}

function toBuffer(chunk: unknown, encoding: unknown): Buffer {
  if (typeof chunk === 'string')
    return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk as Uint8Array)
}

function setHeaders(
  res: ServerResponse,
  headers: OutgoingHttpHeaders | OutgoingHttpHeader[] | undefined,
): void {
  if (Array.isArray(headers)) {
    for (let index = 0; index < headers.length; index += 2) res.removeHeader(String(headers[index]))
    for (let index = 0; index + 1 < headers.length; index += 2) {
      res.appendHeader(String(headers[index]), headers[index + 1] as string | readonly string[])
    }
  } else if (headers) {
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) res.setHeader(name, value)
  }
}

/** The end of an answer may wait for its usage to be counted; nobody is to answer in the meantime. */
function markAnswered(res: ServerResponse): void {
  const context: Context | undefined = peekContext(res.req)
  if (context) context.answered = true
}
