import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { peekContext } from './context.ts'

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

type Callback = ((error?: Error | null) => void) | undefined

/** What a response could do before it was tapped: its own methods, or those of whoever wrapped it before us. */
interface Untapped {
  readonly write: (bytes: Buffer, done?: Callback) => boolean
  readonly end: (bytes?: Buffer, done?: Callback) => ServerResponse
  readonly writeHead: (...args: unknown[]) => ServerResponse
  readonly flushHeaders: () => void
}

/** A response that is watched, and how far its answer has come. */
export interface Tap {
  readonly res: ServerResponse
  readonly untapped: Untapped
  readonly observers: Observer[]
  transformer: Transformer | undefined
  /** The handler has answered something. */
  begun: boolean
  /** The handler has answered everything. */
  ended: boolean
  /** All of it has been sent on. */
  finished: boolean
  /** The handler has begun to answer, and the head is still here: to everybody but us it is as good as sent. */
  kept: boolean
  /** What is held back, while the answer is. */
  held: Buffer[] | undefined
  heldBytes: number
  /** What the handler has answered so far: its status at the first byte, and how many bytes. */
  status: number
  saidBytes: number
}

// Registered, so that two copies of this package in one process tap a response once.
const TAP = Symbol.for('tollgate.tap')

type Tapped = ServerResponse & { readonly [TAP]?: Tap }

export function peekTap(res: ServerResponse): Tap | undefined {
  return (res as Tapped)[TAP]
}

/**
 * The tap of a response, which is wrapped once. What others wrapped before us (compression, say) stays outside: we see
 * plain bytes. Back-pressure is the response's own: `write` returns what it returned, and `drain` comes from it.
 */
export function tapOf(res: ServerResponse): Tap {
  const known = peekTap(res)
  if (known) return known
  const { write, end, writeHead, flushHeaders } = res
  const tap: Tap = {
    res,
    untapped: { write, end, writeHead, flushHeaders } as Untapped,
    observers: [],
    transformer: undefined,
    begun: false,
    ended: false,
    finished: false,
    kept: false,
    held: undefined,
    heldBytes: 0,
    status: 0,
    saidBytes: 0,
  }
  Object.defineProperty(res, TAP, { value: tap })
  Object.defineProperty(res, 'headersSent', HEADERS_SENT)
  // The same functions for all responses: V8 puts what is made for one and kept in a property among its old objects,
  // where it keeps a whole request alive until the next full garbage collection.
  res.writeHead = tappedWriteHead as ServerResponse['writeHead']
  res.flushHeaders = tappedFlushHeaders
  res.write = tappedWrite as ServerResponse['write']
  res.end = tappedEnd as ServerResponse['end']
  return tap
}

/**
 * `res.headersSent` as it would be without us: true once a handler has begun, so that no error handler puts an answer of
 * its own behind half of another. It tells what really went out while a transformer flushes, after `dropHeld`, and once
 * the response has closed.
 */
const HEADERS_SENT: PropertyDescriptor = {
  configurable: true,
  get(this: Tapped): boolean {
    if (this[TAP]?.kept && !this.closed) return true
    return Reflect.get(Object.getPrototypeOf(this), 'headersSent', this) as boolean
  },
}

function tappedWriteHead(
  this: ServerResponse,
  code: number,
  reason?: string | OutgoingHttpHeaders | OutgoingHttpHeader[],
  headers?: OutgoingHttpHeaders | OutgoingHttpHeader[],
): ServerResponse {
  const tap = tapOf(this)
  if (tap.begun && !tap.kept) return tap.untapped.writeHead.call(this, code, reason, headers)
  if (tap.begun) {
    // Others make sure of a head before each write, by repeating it; a new one is a second answer.
    if (code === tap.status && reason === undefined && headers === undefined) return this
    throw Object.assign(new Error('Cannot write headers after they are sent to the client'), {
      code: 'ERR_HTTP_HEADERS_SENT',
    })
  }
  // Only noted: the head goes out with the first byte, when it is known whether the answer is held.
  tap.kept = true
  this.statusCode = code
  if (typeof reason === 'string') this.statusMessage = reason
  setHeaders(this, typeof reason === 'string' ? headers : reason)
  return this
}

function tappedFlushHeaders(this: ServerResponse): void {
  const tap = tapOf(this)
  begin(tap)
  if (tap.held) return
  tap.kept = false
  tap.untapped.flushHeaders.call(this)
}

function tappedWrite(this: ServerResponse, chunk: unknown, encoding?: unknown, callback?: unknown): boolean {
  const tap = tapOf(this)
  const done = (typeof encoding === 'function' ? encoding : callback) as Callback
  // Too late, and while a transformer takes its time not even said to be: the answer is what came before its end.
  if (tap.ended) return tap.finished && tap.untapped.write.call(this, toBuffer(chunk, encoding), done)
  begin(tap)
  const bytes = pass(tap, toBuffer(chunk, encoding))
  if (bytes && bytes.length > 0) return send(tap, bytes, done)
  if (done) process.nextTick(done)
  return true
}

function tappedEnd(
  this: ServerResponse,
  chunk?: unknown,
  encoding?: unknown,
  callback?: unknown,
): ServerResponse {
  const tap = tapOf(this)
  const done = [chunk, encoding, callback].find((arg) => typeof arg === 'function') as Callback
  if (tap.ended) return tap.finished ? tap.untapped.end.call(this, undefined, done) : this
  begin(tap)
  tap.ended = true
  markAnswered(this)
  if (chunk !== undefined && chunk !== null && typeof chunk !== 'function') {
    const bytes = pass(tap, toBuffer(chunk, encoding))
    // Whatever its head says, a client would take all this for one answer, or the rest of it for the next one.
    if (isMixed(tap)) return this.destroy()
    if (bytes && bytes.length > 0) send(tap, bytes)
  } else if (isMixed(tap)) return this.destroy()
  flush(tap, done)
  return this
}

/** The handler's first word. */
function begin(tap: Tap): void {
  if (tap.begun) return
  tap.begun = true
  tap.status = tap.res.statusCode
  for (const observer of tap.observers) observer.head?.(tap.res)
  if (tap.transformer?.head(tap.res) === 'hold') tap.held = []
  tap.kept = true
}

/** Show bytes to everybody who looks on; returns what becomes of them. */
function pass(tap: Tap, bytes: Buffer): Buffer | undefined {
  tap.saidBytes += bytes.length
  for (const observer of tap.observers) observer.chunk?.(bytes)
  return tap.transformer ? tap.transformer.chunk(bytes) : bytes
}

/** Send bytes, or keep them while the answer is held and small enough. */
function send(tap: Tap, bytes: Buffer, done?: Callback): boolean {
  if (!tap.held) return write(tap, bytes, done)
  tap.held.push(bytes)
  tap.heldBytes += bytes.length
  if (tap.heldBytes <= MAX_HELD_BYTES) {
    if (done) process.nextTick(done)
    return true
  }
  const all = Buffer.concat(tap.held)
  tap.held = undefined
  return write(tap, all, done)
}

function write(tap: Tap, bytes: Buffer, done: Callback): boolean {
  tap.kept = false
  return tap.untapped.write.call(tap.res, bytes, done)
}

/** Another status than at the first byte, or another length than the head would say: bytes of two answers. */
function isMixed({ kept, saidBytes, status, res }: Tap): boolean {
  if (!kept || saidBytes === 0) return false
  return res.statusCode !== status || (declaredBytes(res) ?? saidBytes) !== saidBytes
}

/** The handler is done: let the transformer have its last word, which may take it a while. */
function flush(tap: Tap, done: Callback): void {
  tap.kept = false
  const rest = tap.transformer?.flush()
  if (!(rest instanceof Promise)) return finish(tap, rest, done)
  tap.kept = true
  rest.then(
    (bytes) => finish(tap, bytes, done),
    () => finish(tap, undefined, done),
  )
}

function finish(tap: Tap, rest: Buffer | undefined, done: Callback): void {
  const { res, held, untapped } = tap
  tap.finished = true
  tap.kept = false
  tap.held = undefined
  for (const observer of tap.observers) observer.end?.()
  const last = held ? wholeOf(rest ? [...held, rest] : held) : rest
  if (!last || last.length === 0) {
    untapped.end.call(res, undefined, done)
    return
  }
  // The length that the handler gave is of its own bytes, before the transformer.
  if (!res.headersSent && declaredBytes(res) !== undefined) res.setHeader('content-length', last.length)
  untapped.end.call(res, last, done)
}

function wholeOf(parts: readonly Buffer[]): Buffer {
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts)
}

function toBuffer(chunk: unknown, encoding: unknown): Buffer {
  if (typeof chunk === 'string')
    return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk as Uint8Array)
}

/** The length that the head of an answer says, when it says one. */
function declaredBytes(res: ServerResponse): number | undefined {
  const length = res.getHeader('content-length')
  return length === undefined ? undefined : Number(length)
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
  const context = peekContext(res.req)
  if (context) context.answered = true
}
