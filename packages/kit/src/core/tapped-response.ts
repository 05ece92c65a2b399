import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { peekContext } from './context.ts'
import { declaredBytes, setHeaders, toBuffer, wholeOf } from './response-parts.ts'
import { lastWork, type Observer, type Transformer } from './transformer.ts'

/** The most that is held back of an answer, so that its headers can still be set when it is complete: 4 MiB. */
const MAX_HELD_BYTES = 4 * 1024 * 1024

type Callback = ((error?: Error | null) => void) | undefined

/** What a response could do before it was tapped: its own methods, or those of whoever wrapped it before us. */
export interface Untapped {
  readonly write: (bytes: Buffer, done?: Callback) => boolean
  readonly end: (bytes?: Buffer, done?: Callback) => ServerResponse
  readonly writeHead: (...args: unknown[]) => ServerResponse
  readonly flushHeaders: () => void
}

/** What waits of an answer, and what comes after it. */
interface Waiting {
  readonly writes: { readonly bytes: Buffer; readonly done: Callback }[]
  /** The handler is done as well. */
  end: (() => void) | undefined
}

/** A response that is watched, and how far its answer has come. */
export interface Tap {
  readonly res: ServerResponse
  /** Replaced while nobody is there to be sent anything; see core/outlive. */
  untapped: Untapped
  readonly observers: Observer[]
  transformer: Transformer | undefined
  /** The handler has answered something. */
  begun: boolean
  /** The handler has answered everything. */
  ended: boolean
  /** All of it has been sent on. */
  finished: boolean
  /** It was ended in the middle, which whoever still writes is not to blame for. */
  cut: boolean
  /** The handler has begun to answer, and the head is still here: to everybody but us it is as good as sent. */
  kept: boolean
  /** What is held back, while the answer is. */
  held: Buffer[] | undefined
  heldBytes: number
  /** What its transformer lets wait, in order; undefined while it passes. */
  waiting: Waiting | undefined
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
    cut: false,
    kept: false,
    held: undefined,
    heldBytes: 0,
    waiting: undefined,
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
  // A write after the end is dropped: the answer is what came before. Node's own error for it is left to Node, once the
  // end has really been passed on.
  if (tap.ended)
    return tap.finished && !tap.cut && tap.untapped.write.call(this, toBuffer(chunk, encoding), done)
  begin(tap)
  const bytes = pass(tap, toBuffer(chunk, encoding))
  if (bytes && bytes.length > 0) return waits(tap) ? queue(tap, bytes, done) : send(tap, bytes, done)
  if (done) process.nextTick(done)
  return tap.waiting === undefined
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
    // A client would take the bytes of two answers for one, or the rest of them for its next one, whatever the head says.
    if (isMixed(tap)) return this.destroy()
    if (bytes && bytes.length > 0) {
      if (waits(tap)) queue(tap, bytes, undefined)
      else send(tap, bytes)
    }
  } else if (isMixed(tap)) return this.destroy()
  const end = () => flush(tap, done)
  if (tap.waiting) tap.waiting.end = end
  else end()
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

/** Whether what is to be sent has to wait. */
function waits(tap: Tap): boolean {
  if (tap.waiting) return true
  const until = tap.transformer?.wait?.()
  if (!until) return false
  tap.waiting = { writes: [], end: undefined }
  const goOn = () => resume(tap)
  until.then(goOn, goOn)
  return true
}

function queue({ waiting }: Tap, bytes: Buffer, done: Callback): false {
  waiting?.writes.push({ bytes, done })
  return false
}

/** A wait is over: what waits is sent, unless it has to wait again, or the answer has been cut short. */
function resume(tap: Tap): void {
  const { waiting, res } = tap
  if (!waiting || tap.finished) return
  tap.waiting = undefined
  if (waits(tap)) {
    tap.waiting = waiting
    return
  }
  for (const { bytes, done } of waiting.writes) send(tap, bytes, done)
  if (waiting.end) waiting.end()
  else if (!res.closed && !res.writableNeedDrain) res.emit('drain')
}

/** End an answer here and now with these bytes, whatever waits and whatever is still written. */
export function cutShort(res: ServerResponse, last: Buffer): void {
  const tap = tapOf(res)
  if (tap.finished) return
  tap.ended = true
  tap.cut = true
  tap.waiting = undefined
  markAnswered(res)
  finish(tap, last, undefined)
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
  const work = lastWork(tap.observers)
  if (!(rest instanceof Promise) && !work) return finish(tap, rest, done)
  tap.kept = true
  Promise.all([rest, work]).then(
    ([bytes]) => finish(tap, bytes, done),
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

/** The end of an answer may wait for its usage to be counted; nobody is to answer in the meantime. */
function markAnswered(res: ServerResponse): void {
  const context = peekContext(res.req)
  if (context) context.answered = true
}
