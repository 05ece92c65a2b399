import type { Clock } from '../../../core/clock.ts'
import { type NanoUsd, nanoUsd } from '../../../core/money.ts'
import type { Timers } from '../../../core/timers.ts'
import type { Principal } from '../../../directory/principal.ts'
import { breaker } from '../../../failover/breaker.ts'
import { costOfFailure } from '../../paid-failure.ts'
import { quantise, type Vector } from '../quantise.ts'
import type { Embedded, Embedder } from './embedder.ts'
import { type Patience, waitFor } from './wait-for.ts'

/** How a call ends without a vector, or why there is none. */
export type CallOutcome = 'denied' | 'resting' | 'failed' | 'invalid'

/** One call of the embedder, told once, whether or not somebody still waits for it. */
export interface EmbedderCall {
  readonly outcome: 'embedded' | Exclude<CallOutcome, 'resting'>
  /** As far as it is known: that of one which is given up comes later. */
  readonly costNanoUsd: NanoUsd
  readonly tookMs: number
  readonly cause?: unknown
}

/** What a call ends with, for all who wait for it. */
export type Landing = { readonly vector: Vector; readonly costNanoUsd: NanoUsd } | CallOutcome

/** Calls of an embedder, each in time and told of, and none for a while after it has failed. */
export interface EmbedderCalls {
  /** Whether a call may be made now; it then has to be. */
  begin(): boolean
  /**
   * Make the call that was begun. Never rejects.
   *
   * @param onCost told what it cost when it has ended, whatever came of it, and though nobody waited so long.
   */
  make(
    text: string,
    principal: Principal | undefined,
    onCost: (costNanoUsd: NanoUsd) => void,
  ): Promise<Landing>
  /** No call is made any more. Those under way end, or are given up soon: when this resolves, what they cost is in the books. */
  close(): Promise<void>
}

export interface EmbedderCallsOptions {
  /** Up to here a call is as fast as requests wait, ms; a slower one counts against the embedder. */
  readonly promptMs: number
  /** How long a call may take before it is given up, ms. */
  readonly giveUpMs: number
  readonly onCall: (call: EmbedderCall) => void
  readonly clock: Clock
  readonly timers: Timers
}

/** Five failures of half a minute, and it is left alone for another half: https://martinfowler.com/bliki/CircuitBreaker.html */
const BREAKER = { windowMs: 30_000, minVolume: 5, failureShare: 0.8, openMs: 30_000, maxOpenMs: 30_000 }

export function embedderCalls(
  embedder: Embedder,
  { promptMs, giveUpMs, onCall, clock, timers }: EmbedderCallsOptions,
): EmbedderCalls {
  const guard = breaker(BREAKER)
  /** Also those that nobody waits for any more: they may still have something to pay. */
  const underWay = new Map<Promise<unknown>, AbortController>()
  let isClosed = false

  function started(work: Promise<Embedded | null>, controller: AbortController): Promise<Embedded | null> {
    const over = work.then(
      () => void underWay.delete(over),
      () => void underWay.delete(over),
    )
    underWay.set(over, controller)
    return work
  }

  async function make(
    text: string,
    principal: Principal | undefined,
    onCost: (costNanoUsd: NanoUsd) => void,
  ): Promise<Landing> {
    const startedMs = clock.now()
    const controller = new AbortController()
    const patience: Patience = { deadlineMs: giveUpMs, signal: undefined, timers }
    const tell = (outcome: EmbedderCall['outcome'], costNanoUsd = nanoUsd(0), cause?: unknown) => {
      const tookMs = clock.now() - startedMs
      onCall({ outcome, costNanoUsd, tookMs, ...(cause === undefined ? {} : { cause }) })
      // Whoever is well and slower than requests wait costs them that wait each time.
      if (outcome === 'denied') guard.abandoned(startedMs)
      else if (outcome === 'embedded' && tookMs <= promptMs) guard.succeeded(clock.now(), startedMs)
      else guard.failed(clock.now(), startedMs)
    }
    try {
      const work = started(embedder.embed([text], { signal: controller.signal, principal }), controller)
      work.then(
        (made) => onCost(made?.costNanoUsd ?? nanoUsd(0)),
        (error) => onCost(costOfFailure(error)),
      )
      const made = await waitFor(work, patience)
      if (made === 'late' || made === 'aborted') throw new Error(`no answer within ${giveUpMs} ms`)
      if (made === null) {
        tell('denied')
        return 'denied'
      }
      const quantised = quantise(made.vectors[0] ?? [], embedder.dimensions)
      tell(quantised.status === 'quantised' ? 'embedded' : 'invalid', made.costNanoUsd)
      return quantised.status === 'quantised'
        ? { vector: quantised.vector, costNanoUsd: made.costNanoUsd }
        : 'invalid'
    } catch (cause) {
      controller.abort(cause)
      tell('failed', costOfFailure(cause), cause)
      return 'failed'
    }
  }

  return {
    begin: () => !isClosed && guard.begin(clock.now()),
    make,
    async close() {
      isClosed = true
      const ended = async (deadlineMs: number) => {
        if (underWay.size === 0) return
        await waitFor(Promise.all(underWay.keys()), { deadlineMs, signal: undefined, timers })
      }
      await ended(promptMs)
      for (const controller of underWay.values()) controller.abort(new Error('the embedder is closed'))
      // One that does not hear that it is to stop is not waited for for ever.
      await ended(giveUpMs)
    },
  }
}
