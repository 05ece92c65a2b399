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
  /** The handler has begun to answer, and the head is still here: to everybody but us it is as good as sent. */
  kept: boolean
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
    const tap: Tap = { transformer: undefined, held: undefined, kept: false, observers: [] }
    Object.defineProperty(tapped, TAP, { value: tap })
    Object.defineProperty(tapped, 'headersSent', HEADERS_SENT)
    wrap(tapped, tap)
  }
  return tapped[TAP]!
}

/**
 * `res.headersSent` as it would be without us: true once a handler has begun, so that no error handler puts an answer of
 * its own behind half of another. It tells what really went out while a transformer flushes, after `dropHeld`, and once
 * the response has closed. One getter for all responses: V8 would keep one of each response's own among its old objects.
 */
const HEADERS_SENT: PropertyDescriptor = {
  configurable: true,
  get(this: Tapped): boolean {
    if (this[TAP]?.kept && !this.closed) return true
    return Reflect.get(Object.getPrototypeOf(this), 'headersSent', this) as boolean
  },
}

/** Forget what was held back of an answer, and let what comes now pass as it is: something else is to be answered. */
export function dropHeld(res: ServerResponse): void {
  const tap = (res as Tapped)[TAP]
  if (!tap) return
  tap.transformer = undefined
  tap.held = undefined
  tap.kept = false
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
  let finished = false
  let heldBytes = 0
  /** What the handler has answered so far: its status at the first byte, and how many bytes. */
  let status = 0
  let saidBytes = 0

  const begin = () => {
    if (begun) return
    begun = true
    status = res.statusCode
    for (const observer of tap.observers) observer.head?.(res)
    if (tap.transformer?.head(res) === 'hold') tap.held = []
    tap.kept = true
  }
  const pass = (bytes: Buffer): Buffer | undefined => {
    saidBytes += bytes.length
    for (const observer of tap.observers) observer.chunk?.(bytes)
    return tap.transformer ? tap.transformer.chunk(bytes) : bytes
  }
  const out = (bytes: Buffer, done?: Callback): boolean => {
    tap.kept = false
    return write(bytes, done)
  }
  /** Send bytes, or keep them while the answer is held and small enough. */
  const send = (bytes: Buffer, done?: Callback): boolean => {
    if (!tap.held) return out(bytes, done)
    tap.held.push(bytes)
    heldBytes += bytes.length
    if (heldBytes <= MAX_HELD_BYTES) {
      if (done) process.nextTick(done)
      return true
    }
    const all = Buffer.concat(tap.held)
    tap.held = undefined
    return out(all, done)
  }
  /** Another status than at the first byte, or another length than the head would say: bytes of two answers. */
  const isMixed = () => {
    if (!tap.kept || saidBytes === 0) return false
    return res.statusCode !== status || (declaredBytes(res) ?? saidBytes) !== saidBytes
  }
  const flush = (done: Callback) => {
    tap.kept = false
    const rest = tap.transformer?.flush()
    if (!(rest instanceof Promise)) return finish(rest, done)
    tap.kept = true
    rest.then(
      (bytes) => finish(bytes, done),
      () => finish(undefined, done),
    )
  }
  const finish = (rest: Buffer | undefined, done: Callback) => {
    finished = true
    tap.kept = false
    for (const observer of tap.observers) observer.end?.()
    const last = tap.held ? Buffer.concat(rest ? [...tap.held, rest] : tap.held) : rest
    tap.held = undefined
    if (!last || last.length === 0) {
      end(undefined, done)
      return
    }
    // The length that the handler gave is of its own bytes, before the transformer.
    if (!res.headersSent && declaredBytes(res) !== undefined) res.setHeader('content-length', last.length)
    end(last, done)
  }

  function tappedWriteHead(
    code: number,
    reason?: string | OutgoingHttpHeaders | OutgoingHttpHeader[],
    headers?: OutgoingHttpHeaders | OutgoingHttpHeader[],
  ): ServerResponse {
    if (begun && !tap.kept) return writeHead(code, reason, headers)
    if (begun) {
      // Others make sure of a head before each write, by repeating it; a new one is a second answer.
      if (code === status && reason === undefined && headers === undefined) return res
      throw Object.assign(new Error('Cannot write headers after they are sent to the client'), {
        code: 'ERR_HTTP_HEADERS_SENT',
      })
    }
    // Only noted: the head goes out with the first byte, when it is known whether the answer is held.
    tap.kept = true
    res.statusCode = code
    if (typeof reason === 'string') res.statusMessage = reason
    setHeaders(res, typeof reason === 'string' ? headers : reason)
    return res
  }

  function tappedFlushHeaders(): void {
    begin()
    if (tap.held) return
    tap.kept = false
    flushHeaders()
  }

  function tappedWrite(chunk: unknown, encoding?: unknown, callback?: unknown): boolean {
    const done = (typeof encoding === 'function' ? encoding : callback) as Callback
    // Too late, and while a transformer takes its time not even said to be: the answer is what came before its end.
    if (ended) return finished && write(toBuffer(chunk, encoding), done)
    begin()
    const bytes = pass(toBuffer(chunk, encoding))
    if (bytes && bytes.length > 0) return send(bytes, done)
    if (done) process.nextTick(done)
    return true
  }

  function tappedEnd(chunk?: unknown, encoding?: unknown, callback?: unknown): ServerResponse {
    const done = [chunk, encoding, callback].find((arg) => typeof arg === 'function') as Callback
    if (ended) return finished ? end(undefined, done) : res
    begin()
    ended = true
    markAnswered(res)
    if (chunk !== undefined && chunk !== null && typeof chunk !== 'function') {
      const bytes = pass(toBuffer(chunk, encoding))
      // Whatever its head says, a client would take all this for one answer, or the rest of it for the next one.
      if (isMixed()) return res.destroy()
      if (bytes && bytes.length > 0) send(bytes)
    } else if (isMixed()) return res.destroy()
    flush(done)
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
  const context: Context | undefined = peekContext(res.req)
  if (context) context.answered = true
}
