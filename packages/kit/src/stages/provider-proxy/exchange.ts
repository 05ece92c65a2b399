import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import type { Crowd } from '../../core/crowd.ts'
import type { Passage } from '../../wire/passage/passages.ts'
import { passBack } from './answer.ts'
import type { Authorized } from './authorize.ts'
import type { Failure } from './faults.ts'
import type { Forward } from './forwarder.ts'
import { isKept } from './kept-answers.ts'
import type { MeteredCost } from './meter-reading.ts'
import { feed, outboundOf } from './outbound.ts'

/** How an exchange ended: the client has its answer, or it failed. */
export type Exchanged =
  | { readonly end: 'answered'; readonly status: number; readonly firstByteMs: number }
  | {
      readonly end: 'failed'
      readonly failure: Failure
      /** The provider has the request, or part of it. */
      readonly sent: boolean
      /** Its answer had begun. */
      readonly begun: boolean
    }

export interface ExchangeOptions {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly passage: Passage
  readonly authorized: Authorized
  readonly forward: Forward
  readonly maxBodyBytes: number
  /** How long to wait for a connection, and between two bytes either way, ms. */
  readonly connectMs: number
  readonly idleMs: number
  /** What ends the exchanges that run, should the process end before them: this one adds itself while it does. */
  readonly running: Crowd<() => void>
  /** From here on it may cost. */
  onSent(): void
  /** An answer for the client begins: the last moment to set headers. */
  onAnswer(): void
  /** The answer is whole, and its last byte is still here: what it cost, where that is known. */
  onCost(cost: MeteredCost | undefined): void
}

/**
 * Pass one request through, and its answer back, both as they come and with the back-pressure of whoever is slower. Ends as
 * soon as the client leaves.
 */
export async function exchange(options: ExchangeOptions): Promise<Exchanged> {
  const { req, res, passage, authorized, forward, maxBodyBytes, connectMs, idleMs, running } = options
  const { promise, resolve } = Promise.withResolvers<Exchanged>()
  const startedMs = performance.now()
  const inbound = new PassThrough()
  let sent = false
  let begun = false

  const fail = (failure: Failure) => {
    resolve({ end: 'failed', failure, sent, begun })
    inbound.destroy()
  }
  const patience = waiting(connectMs, () => fail(sent ? { how: 'timeout' } : { how: 'unreachable' }))
  const outbound = outboundOf(req, passage, {
    authorization: authorized.headers,
    maxBodyBytes,
    onBytes: () => patience.refresh(),
    onTooMany: () => fail({ how: 'too-large', maxBytes: maxBodyBytes }),
    onRequest(request) {
      whenConnected(request, () => {
        sent = true
        patience.become(idleMs)
        options.onSent()
      })
    },
    onAnswer(answer) {
      patience.refresh()
      const { statusCode: status = 502 } = answer
      const firstByteMs = performance.now() - startedMs
      if (isKept(status)) return fail({ how: 'refused', status })
      begun = true
      passBack(answer, res, passage, {
        onHead: options.onAnswer,
        onBytes: () => patience.refresh(),
        onBroken: (cause) => fail({ how: 'broken', cause }),
        onEnd(cost) {
          options.onCost(cost)
          resolve({ end: 'answered', status, firstByteMs })
          inbound.end().resume()
          res.end()
        },
      })
    },
    onError: (cause) => fail(sent ? { how: 'broken', cause } : { how: 'unreachable', cause }),
  })
  const leave = () => fail({ how: 'left' })
  const stop = () => fail({ how: 'stopped' })
  res.once('close', leave)
  const place = running.join(stop)
  try {
    await feed(req, outbound, maxBodyBytes, authorized.held)
    // Whoever has left in the meantime would leave a request behind that nobody ends.
    if (!inbound.destroyed) forward(outbound, inbound)
    return await promise
  } finally {
    patience.stop()
    res.off('close', leave)
    running.leave(place, stop)
    req.unpipe(outbound)
  }
}

/** A wait that begins anew with every byte, and never keeps the process. */
function waiting(ms: number, onEnd: () => void) {
  let timer = setTimeout(onEnd, ms).unref()
  return {
    refresh: () => void timer.refresh(),
    stop: () => clearTimeout(timer),
    become(otherMs: number) {
      clearTimeout(timer)
      timer = setTimeout(onEnd, otherMs).unref()
    },
  }
}

/** From when on the provider may have read something: an open connection, with TLS where that is spoken. */
function whenConnected(request: ClientRequest, connected: () => void): void {
  const socket = request.socket as (Socket & { encrypted?: boolean; secureConnecting?: boolean }) | null
  if (!socket) return
  if (!socket.connecting && !socket.secureConnecting) connected()
  else socket.once(socket.encrypted ? 'secureConnect' : 'connect', connected)
}
