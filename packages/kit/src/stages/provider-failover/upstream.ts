import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { Transform } from 'node:stream'
import type { Dispatcher } from 'undici'
import { decodeStream } from '../../core/decode.ts'
import type { Dialect } from '../../core/dialect.ts'
import { isReturned } from '../../wire/headers.ts'
import { type Failure, failureOf, isRetryable, publicTextOf, retryAfterMs } from './failure.ts'

/** One call of one provider, ready to be sent. */
export interface UpstreamRequest {
  readonly origin: string
  readonly path: string
  readonly headers: string[]
  /** Whose headers come back. */
  readonly dialect: Dialect
  readonly body: Buffer
  readonly firstByteMs: number
  readonly idleMs: number
}

/** How it ended: the answer is with the client, whole or cut, or it failed before the client saw a byte. */
export type UpstreamResult =
  | {
      readonly end: 'answered' | 'cut'
      readonly status: number
      readonly firstByteMs: number
      readonly cause?: unknown
    }
  | { readonly end: 'failed'; readonly failure: Failure; readonly sent: boolean }

export interface UpstreamHooks {
  /** The provider has the request, or part of it: from here on it may cost. */
  onSent(): void
  /** An answer for the client begins: the last moment to set headers. */
  onAnswer(status: number): void
}

/** The most that is read of an error body. */
const MAX_ERROR_BYTES = 64 * 1024

class ClientLeft extends Error {}

/** One call on its way, and how far it has come. */
interface Exchange {
  readonly res: ServerResponse
  readonly dialect: Dialect
  readonly hooks: UpstreamHooks
  readonly startedAtMs: number
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
  /** Stands between an answer that came compressed all the same, and the client. */
  decoder: Transform | undefined
  done(result: UpstreamResult): void
}

/**
 * Send one call and pipe its answer to the client, byte for byte, with the client's back-pressure. An answer that
 * another deployment may better is kept from the client. Aborts the provider at once when the client leaves.
 */
export function callUpstream(
  dispatcher: Dispatcher,
  request: UpstreamRequest,
  res: ServerResponse,
  hooks: UpstreamHooks,
): Promise<UpstreamResult> {
  return new Promise((resolve) => {
    const exchange: Exchange = {
      res,
      dialect: request.dialect,
      hooks,
      startedAtMs: performance.now(),
      controller: undefined,
      sent: false,
      status: 0,
      firstByteMs: 0,
      refused: undefined,
      refusedBytes: 0,
      retryAfterMs: undefined,
      decoder: undefined,
      done(result) {
        res.off('close', leave)
        res.off('drain', resume)
        resolve(result)
      },
    }
    const leave = () => stop(exchange, new ClientLeft('the client left'))
    const resume = () => {
      exchange.decoder?.resume()
      exchange.controller?.resume()
    }
    res.once('close', leave)
    res.on('drain', resume)
    dispatcher.dispatch(dispatchOptions(request), {
      onRequestStart(controller) {
        exchange.controller = controller
        exchange.sent = true
        hooks.onSent()
        if (res.closed || res.destroyed) leave()
      },
      onResponseStart: (_, status, headers) => begin(exchange, status, headers),
      onResponseData: (controller, bytes) => pass(exchange, controller, bytes),
      onResponseEnd: () => end(exchange),
      onResponseError: (_, error) => breakOff(exchange, error),
    })
  })
}

function dispatchOptions(request: UpstreamRequest): Dispatcher.DispatchOptions {
  const { origin, path, headers, body, firstByteMs, idleMs } = request
  return { origin, path, method: 'POST', headers, body, headersTimeout: firstByteMs, bodyTimeout: idleMs }
}

function stop({ controller, decoder }: Exchange, why: Error): void {
  controller?.abort(why)
  decoder?.destroy(why)
}

/** The provider answers: with what another deployment may better, or with what the client gets. */
function begin(exchange: Exchange, status: number, headers: IncomingHttpHeaders): void {
  const { res, hooks } = exchange
  exchange.status = status
  exchange.firstByteMs = performance.now() - exchange.startedAtMs
  if (isRetryable(status)) {
    exchange.refused = []
    exchange.retryAfterMs = retryAfterMs(headers['retry-after'], Date.now())
    return
  }
  res.statusCode = status
  for (const name in headers) {
    const value = headers[name]
    if (value !== undefined && isReturned(exchange.dialect, name)) res.setHeader(name, value)
  }
  hooks.onAnswer(status)
  exchange.decoder = decoderFor(exchange, headers['content-encoding'])
  if (String(headers['content-type']).startsWith('text/event-stream')) res.flushHeaders()
  // With its length the answer needs no chunks, and no write of its own to end them.
  else if (headers['content-length'] && !exchange.decoder)
    res.setHeader('content-length', headers['content-length'])
}

function decoderFor(exchange: Exchange, encoding: string | undefined): Transform | undefined {
  const decoder = decodeStream(encoding)
  decoder?.on('data', (bytes: Buffer) => {
    if (!exchange.res.write(bytes)) decoder.pause()
  })
  // From the first byte on: bytes that cannot be decoded are the provider's fault, and never the process's end.
  decoder?.on('error', (cause) => {
    stop(exchange, cause)
    cut(exchange, cause)
  })
  return decoder
}

function pass(exchange: Exchange, controller: Dispatcher.DispatchController, bytes: Buffer): void {
  const { refused, decoder, res } = exchange
  if (refused) {
    exchange.refusedBytes += bytes.length
    if (exchange.refusedBytes <= MAX_ERROR_BYTES) refused.push(bytes)
  } else if (!(decoder ?? res).write(bytes)) {
    controller.pause()
    decoder?.once('drain', () => controller.resume())
  }
}

function end(exchange: Exchange): void {
  const { refused, decoder, done, status, firstByteMs } = exchange
  if (refused) return fail(exchange, refusalOf(exchange))
  const answered: UpstreamResult = { end: 'answered', status, firstByteMs }
  if (!decoder) return done(answered)
  decoder.once('end', () => done(answered))
  decoder.end()
}

function breakOff(exchange: Exchange, error: Error): void {
  const { refused, status, decoder, sent } = exchange
  if (refused) return fail(exchange, refusalOf(exchange))
  if (status > 0) {
    // What it still holds would come behind the end of this answer.
    decoder?.destroy()
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
