import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { pipeline, type Transform } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Clock } from '../../core/clock.ts'
import { decodeStream } from '../../core/decode.ts'
import { isReturned } from '../../wire/headers.ts'
import { MAX_ERROR_BYTES } from '../../wire/neutral/provider-error.ts'
import { isEventStream } from '../../wire/sse.ts'
import { type Failure, failureOf, isRetryable, publicTextOf, retryAfterMs, Stopped } from './failure.ts'
import type { Outgoing } from './outgoing.ts'
import type { Translation } from './translation.ts'

/** How it ended: the answer is with the client, whole or cut, or it failed before the client saw a byte. */
export type UpstreamResult =
  | {
      readonly end: 'answered' | 'cut'
      readonly status: number
      readonly firstByteMs: number
      readonly cause?: unknown
    }
  | { readonly end: 'failed'; readonly failure: Failure; readonly sent: boolean }

export interface UpstreamOptions {
  readonly dispatcher: Dispatcher
  readonly outgoing: Outgoing
  readonly res: ServerResponse
  /** How long the provider may take to its first byte, and between two bytes, ms. */
  readonly firstByteMs: number
  readonly idleMs: number
  readonly clock: Clock
  /** What ends the calls that run, should the process end before them: this one adds itself while it does. */
  readonly running: Set<() => void>
  /** The provider has the request, or part of it: from here on it may cost. */
  onSent(): void
  /**
   * An answer for the client begins: the last moment to set headers. What it returns stands between the provider's bytes
   * and the client, which then get their type from it too.
   */
  onAnswer(status: number, headers: IncomingHttpHeaders): Translation | undefined
}

class ClientLeft extends Error {}

/** One call on its way, and how far it has come. */
interface Exchange {
  readonly options: UpstreamOptions
  /** By a clock that only goes forward, ms. */
  readonly startedMs: number
  controller: Dispatcher.DispatchController | undefined
  /** The provider has the request, or part of it. */
  sent: boolean
  /** 0 until the provider has answered. */
  status: number
  firstByteMs: number
  /** The body of an answer that is kept from the client, because another deployment may better it. */
  refused: Buffer[] | undefined
  refusedBytes: number
  retryAfterMs: number | undefined
  /** What the provider's bytes pass on their way to the client, if anything: written at its head, read at its tail. */
  passage: Passage | undefined
  done(result: UpstreamResult): void
}

/**
 * Send one call and pipe its answer to the client, byte for byte, with the client's back-pressure. An answer that
 * another deployment may better is kept from the client. Aborts the provider at once when the client leaves.
 */
export function callUpstream(options: UpstreamOptions): Promise<UpstreamResult> {
  const { dispatcher, res, running } = options
  return new Promise((resolve) => {
    const exchange: Exchange = {
      options,
      startedMs: performance.now(),
      controller: undefined,
      sent: false,
      status: 0,
      firstByteMs: 0,
      refused: undefined,
      refusedBytes: 0,
      retryAfterMs: undefined,
      passage: undefined,
      done(result) {
        running.delete(cutOff)
        res.off('close', leave)
        res.off('drain', resume)
        resolve(result)
      },
    }
    const leave = () => stop(exchange, new ClientLeft('the client left'))
    const cutOff = () => stop(exchange, new Stopped('this process is stopping'))
    const resume = () => {
      exchange.passage?.tail.resume()
      exchange.controller?.resume()
    }
    running.add(cutOff)
    res.once('close', leave)
    res.on('drain', resume)
    dispatcher.dispatch(dispatchOptions(options), {
      onRequestStart(controller) {
        exchange.controller = controller
        exchange.sent = true
        options.onSent()
        if (res.closed || res.destroyed) leave()
      },
      onResponseStart: (_, status, headers) => begin(exchange, status, headers),
      onResponseData: (controller, bytes) => pass(exchange, controller, bytes),
      onResponseEnd: () => end(exchange),
      onResponseError: (_, error) => breakOff(exchange, error),
    })
  })
}

function dispatchOptions({ outgoing, firstByteMs, idleMs }: UpstreamOptions): Dispatcher.DispatchOptions {
  const { origin, path, headers, body } = outgoing
  return { origin, path, method: 'POST', headers, body, headersTimeout: firstByteMs, bodyTimeout: idleMs }
}

function stop({ controller, passage }: Exchange, why: Error): void {
  controller?.abort(why)
  passage?.head.destroy(why)
}

/** The provider answers: with what another deployment may better, or with what the client gets. */
function begin(exchange: Exchange, status: number, headers: IncomingHttpHeaders): void {
  const { res, outgoing, clock, onAnswer } = exchange.options
  exchange.status = status
  exchange.firstByteMs = performance.now() - exchange.startedMs
  if (isRetryable(status)) {
    exchange.refused = []
    exchange.retryAfterMs = retryAfterMs(headers['retry-after'], clock.now())
    return
  }
  res.statusCode = status
  for (const name in headers) {
    const value = headers[name]
    if (value !== undefined && isReturned(outgoing.provider.dialect, name)) res.setHeader(name, value)
  }
  const translation = onAnswer(status, headers)
  if (translation) res.setHeader('content-type', translation.contentType)
  exchange.passage = passageOf(exchange, decodeStream(headers['content-encoding']), translation?.stream)
  if (isEventStream(res.getHeader('content-type'))) res.flushHeaders()
  // With its length the answer needs no chunks, and no write of its own to end them.
  else if (headers['content-length'] && !exchange.passage)
    res.setHeader('content-length', headers['content-length'])
}

interface Passage {
  readonly head: Transform
  readonly tail: Transform
}

/** An answer that came compressed all the same is decoded, and one of another dialect translated. */
function passageOf(
  exchange: Exchange,
  decoder: Transform | undefined,
  translator: Transform | undefined,
): Passage | undefined {
  const head = decoder ?? translator
  if (!head) return undefined
  const tail = translator ?? head
  tail.on('data', (bytes: Buffer) => {
    if (!exchange.options.res.write(bytes)) tail.pause()
  })
  // From the first byte on: bytes that cannot be read are the provider's fault, and never the process's end.
  const fail = (cause: Error) => {
    stop(exchange, cause)
    cut(exchange, cause)
  }
  if (head === tail) head.on('error', fail)
  else pipeline(head, tail, (cause) => cause && fail(cause))
  return { head, tail }
}

function pass(exchange: Exchange, controller: Dispatcher.DispatchController, bytes: Buffer): void {
  const { refused, passage, options } = exchange
  if (refused) {
    exchange.refusedBytes += bytes.length
    if (exchange.refusedBytes <= MAX_ERROR_BYTES) refused.push(bytes)
  } else if (!(passage?.head ?? options.res).write(bytes)) {
    controller.pause()
    passage?.head.once('drain', () => controller.resume())
  }
}

function end(exchange: Exchange): void {
  const { refused, passage, done, status, firstByteMs } = exchange
  if (refused) return fail(exchange, refusalOf(exchange))
  const answered: UpstreamResult = { end: 'answered', status, firstByteMs }
  if (!passage) return done(answered)
  passage.tail.once('end', () => done(answered))
  passage.head.end()
}

function breakOff(exchange: Exchange, error: Error): void {
  const { refused, status, passage, sent } = exchange
  if (refused) return fail(exchange, refusalOf(exchange))
  if (status > 0) {
    // What it still holds would come behind the end of this answer.
    passage?.head.destroy()
    passage?.tail.destroy()
    return cut(exchange, error)
  }
  fail(exchange, error instanceof ClientLeft ? { outcome: 'left' } : failureOf(error, sent))
}

function cut({ done, status, firstByteMs }: Exchange, cause: unknown): void {
  done({ end: 'cut', status, firstByteMs, cause })
}

function fail({ done, sent }: Exchange, failure: Failure): void {
  done({ end: 'failed', failure, sent })
}

function refusalOf({ refused = [], status, retryAfterMs: wait }: Exchange): Failure {
  const publicText = publicTextOf(Buffer.concat(refused))
  return {
    outcome: 'refused',
    status,
    ...(publicText === undefined ? {} : { publicText }),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  }
}
