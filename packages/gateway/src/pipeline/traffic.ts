import { defineStage, type Stage, TollgateError } from '@tollgate/kit/core'
import { reservation } from '@tollgate/kit/stages/budget-reserve'

/** Since the start: requests that have ended, refused ones among them, and what they were charged. */
export interface Totals {
  readonly requests: number
  readonly nanoUsd: number
  /** Of the requests, those that the gateway did not wait for when it stopped. */
  readonly cutOff: number
}

/** What passes through a gateway: counted, and shut off when it is to stop. */
export interface Traffic {
  /** The first stage of the pipeline, and therefore the last to settle. */
  readonly stage: Stage
  readonly totals: Totals
  /** Something has ended that passes no stage: a response in a session. */
  count(charged: { readonly chargedNanoUsd: number }): void
  /** Refuse whatever comes from now on; `onEnd` is called after each request that still ends. */
  shut(onEnd: () => void): void
  /** What runs is waited for no longer: count it as cut off, and so many sessions. */
  cutOff(sessions?: number): void
  /** Resolves once no request runs and every one has been settled. */
  idle(): Promise<void>
}

export function countTraffic(): Traffic {
  const totals = { requests: 0, nanoUsd: 0, cutOff: 0 }
  const waiting: (() => void)[] = []
  let running = 0
  let onEnd: (() => void) | undefined

  const stage = defineStage({
    name: 'traffic',
    observes: [reservation],
    handle: function traffic() {
      running += 1
      if (onEnd) throw stopping()
    },
    settle(req) {
      running -= 1
      totals.requests += 1
      const ended = reservation.peek(req)?.ended
      if (ended && ended !== 'nothing') totals.nanoUsd += ended.nanoUsd
      onEnd?.()
      if (running === 0) for (const resolve of waiting.splice(0)) resolve()
    },
  })

  return {
    stage,
    totals,
    shut(callback) {
      onEnd = callback
    },
    count({ chargedNanoUsd }) {
      totals.requests += 1
      totals.nanoUsd += chargedNanoUsd
    },
    cutOff(sessions = 0) {
      totals.cutOff += running + sessions
    },
    idle: () => (running === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  }
}

/** A request that was on its way over an open connection when the gateway began to stop. */
function stopping(): TollgateError {
  return new TollgateError('ledger_unavailable', {
    message: 'This gateway is stopping, and takes no new requests. Try again.',
    retryAfterMs: 1000,
    headers: { connection: 'close' },
  })
}
