import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import { decodeStream } from '../../core/decode.ts'
import { answerCheck, MAX_CHECKED_BYTES } from '../../failover/answer-check.ts'
import { failureOfAnswer, failureOfTransport, type RefusedAnswer } from '../../failover/classify.ts'
import type { Failure } from '../../failover/failure.ts'
import { patience } from '../../failover/patience.ts'
import { isReturned } from '../../wire/headers.ts'
import { MAX_ERROR_BYTES } from '../../wire/neutral/provider-error.ts'
import { isEventStream } from '../../wire/sse.ts'
import { deliveryOf } from './delivery.ts'
import { Ended, type Exchange, Late, type UpstreamOptions, type UpstreamResult } from './exchange.ts'
import { joinedHeaders } from './joined-headers.ts'

/**
 * Send one call and pipe its answer to the client, byte for byte, with the client's back-pressure. An answer that
 * another deployment may better is kept from the client; so is the begin of one until it is known not to be an error.
 * Aborts the provider at once when the client leaves, and when it lets us wait too long.
 */
export function callUpstream(options: UpstreamOptions): Promise<UpstreamResult> {
  const { means, res } = options
  const { dispatcher, limits, running, timers } = means
  return new Promise((resolve) => {
    const exchange: Exchange = {
      options,
      startedMs: performance.now(),
      watch: undefined,
      controller: undefined,
      sent: false,
      over: false,
      status: 0,
      headers: {},
      firstByteMs: 0,
      held: undefined,
      heldBytes: 0,
      check: undefined,
      delivery: undefined,
      done(result) {
        exchange.over = true
        exchange.watch?.stop()
        running.leave(place, cutOff)
        res.off('close', leave)
        res.off('drain', resume)
        resolve(result)
      },
    }
    const leave = () => stop(exchange, new Ended('left'))
    const cutOff = () => stop(exchange, new Ended('stopped'))
    const resume = () => {
      exchange.delivery?.resume()
      goOn(exchange)
    }
    exchange.watch = patience({
      ...limits,
      totalAtMs: options.totalAtMs,
      now: () => performance.now(),
      timers,
      onLate: (wait) => stop(exchange, new Late(wait)),
    })
    options.onStart(cutOff)
    const place = running.join(cutOff)
    res.once('close', leave)
    res.on('drain', resume)
    const taker: Dispatcher.DispatchHandler = {
      onRequestStart(controller) {
        exchange.controller = controller
        // Whoever stopped waiting while the connection was made had nothing yet to abort.
        if (exchange.over) return controller.abort(new Ended('left'))
        exchange.sent = true
        exchange.watch?.connected()
        options.onSent()
        if (res.closed || res.destroyed) leave()
      },
      onResponseStart: (_, status, headers) => begin(exchange, status, joinedHeaders(headers)),
      onResponseData: (controller, bytes) => take(exchange, controller, bytes),
      onResponseEnd: () => end(exchange),
      onResponseError: (_, error) => breakOff(exchange, error),
    }
    const { framed } = options.outgoing
    dispatcher.dispatch(dispatchOptions(options), framed ? framed(taker) : taker)
  })
}

/** undici's own time-outs are exact to a second, and off. */
function dispatchOptions({ outgoing }: UpstreamOptions): Dispatcher.DispatchOptions {
  const { origin, path, headers, body } = outgoing
  return { origin, path, method: 'POST', headers, body, headersTimeout: 0, bodyTimeout: 0 }
}

function stop(exchange: Exchange, why: Error): void {
  const { controller, delivery } = exchange
  if (exchange.over) return
  if (!controller) return breakOff(exchange, why)
  controller.abort(why)
  delivery?.stop(why)
}

/** The provider is to send nothing for now. */
function wait({ controller, watch }: Exchange): void {
  controller?.pause()
  watch?.paused()
}

function goOn({ controller, watch }: Exchange): void {
  watch?.resumed()
  controller?.resume()
}

/** The provider answers. */
function begin(exchange: Exchange, status: number, headers: IncomingHttpHeaders): void {
  if (status < 200) return
  exchange.status = status
  exchange.headers = headers
  exchange.watch?.heard()
  const { outgoing, means } = exchange.options
  if (status > 299) {
    exchange.held = []
    return
  }
  // What came compressed cannot be looked at before it is decoded, which is the client's answer already.
  if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity')
    return open(exchange, { isFollowed: false })
  exchange.held = []
  const { dialect } = outgoing.provider
  exchange.check = answerCheck({ status, headers, dialect, nowMs: means.clock.now() })
}

function take(exchange: Exchange, controller: Dispatcher.DispatchController, bytes: Buffer): void {
  if (exchange.over) return
  exchange.watch?.heard()
  noteFirstByte(exchange)
  const { held, check } = exchange
  if (!held) return exchange.delivery?.push(bytes)
  exchange.heldBytes += bytes.length
  if (!check) {
    if (exchange.heldBytes <= MAX_CHECKED_BYTES) held.push(bytes)
    return
  }
  held.push(bytes)
  const found = check.push(bytes)
  if (found === 'unsure') return
  if (found === 'good') return release(exchange)
  fail(exchange, found)
  controller.abort(new Ended('stopped'))
}

function noteFirstByte(exchange: Exchange): void {
  if (exchange.firstByteMs === 0) exchange.firstByteMs = performance.now() - exchange.startedMs
}

/** It is an answer: the client gets its head, and what came of it so far. */
function release(exchange: Exchange): void {
  const { held = [] } = exchange
  exchange.held = undefined
  exchange.check = undefined
  open(exchange, { isFollowed: held.length > 0 })
  for (const bytes of held) exchange.delivery?.push(bytes)
}

/** The client gets the head of an answer. */
function open(exchange: Exchange, { isFollowed }: { readonly isFollowed: boolean }): void {
  const { status, headers, options } = exchange
  const { res, outgoing, onAnswer } = options
  noteFirstByte(exchange)
  res.statusCode = status
  for (const name in headers) {
    const value = headers[name]
    if (value !== undefined && isReturned(outgoing.provider.dialect, name)) res.setHeader(name, value)
  }
  const translation = onAnswer({ status, headers, firstByteMs: exchange.firstByteMs })
  if (translation) res.setHeader('content-type', translation.contentType)
  const decoder = decodeStream(headers['content-encoding'])
  exchange.delivery = deliveryOf({
    decoder,
    translation,
    // Whoever has left, or was given an end already, is sent nothing more; what it costs is read all the same.
    write: (bytes) => exchange.over || res.write(bytes),
    onFull: () => wait(exchange),
    onRoom: () => goOn(exchange),
    onFault(cause) {
      stop(exchange, cause)
      cut(exchange, failureOfTransport(cause, true))
    },
  })
  const isStream = isEventStream(res.getHeader('content-type'))
  // What follows in this turn takes the head along: sent by itself it would be a packet more.
  if (isStream && (!isFollowed || translation)) res.flushHeaders()
  // With its length the answer needs no chunks, and no write of its own to end them.
  if (!isStream && headers['content-length'] && !decoder && !translation)
    res.setHeader('content-length', headers['content-length'])
}

function end(exchange: Exchange): void {
  if (exchange.over) return
  const { check, held, status } = exchange
  if (check) {
    const found = check.end()
    if (found !== 'good') return fail(exchange, found)
    release(exchange)
  } else if (held) return fail(exchange, refusalIn(exchange))
  exchange.watch?.stop()
  exchange.delivery!.end(() => {
    if (!exchange.over) exchange.done({ end: 'answered', status, firstByteMs: exchange.firstByteMs })
  })
}

function breakOff(exchange: Exchange, error: Error): void {
  if (exchange.over) return
  const { held, check, status, delivery } = exchange
  // A refusal that broke off in its middle is one all the same.
  if (held && !check && !(error instanceof Ended)) return fail(exchange, refusalIn(exchange))
  if (status > 0 && !held) {
    delivery?.stop()
    return cut(exchange, error instanceof Ended ? undefined : failureOf(exchange, error))
  }
  if (error instanceof Ended) return exchange.done({ end: error.by })
  fail(exchange, failureOf(exchange, error))
}

function failureOf({ sent, status }: Exchange, error: Error): Failure {
  const head = status > 0 ? { status } : {}
  if (!(error instanceof Late)) return { ...failureOfTransport(error, sent), ...head }
  return { kind: sent ? 'timeout' : 'unreachable', late: error.wait, paid: sent, cause: error, ...head }
}

function cut({ done, over, status, firstByteMs }: Exchange, failure: Failure | undefined): void {
  if (!over) done({ end: 'cut', status, firstByteMs, failure })
}

function fail(exchange: Exchange, failure: Failure): void {
  const refused = exchange.status > 299 ? answerOf(exchange) : undefined
  exchange.done({ end: 'failed', failure, sent: exchange.sent, refused })
}

function refusalIn(exchange: Exchange): Failure {
  const answer = answerOf(exchange)
  return failureOfAnswer(
    { ...answer, body: answer.body.subarray(0, MAX_ERROR_BYTES) },
    exchange.options.means.clock.now(),
  )
}

function answerOf({ status, headers, held = [], options }: Exchange): RefusedAnswer {
  const { dialect, hosting } = options.outgoing.provider
  const came = { status, headers, body: Buffer.concat(held) }
  return { ...came, body: hosting?.error?.(came) ?? came.body, dialect }
}
