import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { Dispatcher } from 'undici'
import type { Clock } from '../../core/clock.ts'
import type { Crowd } from '../../core/crowd.ts'
import type { Timers } from '../../core/timers.ts'
import type { AnswerCheck } from '../../failover/answer-check.ts'
import type { RefusedAnswer } from '../../failover/classify.ts'
import type { Failure, Patience } from '../../failover/failure.ts'
import type { PatienceLimits, PatienceWatch } from '../../failover/patience.ts'
import type { Delivery } from './delivery.ts'
import type { Outgoing } from './outgoing.ts'
import type { Translation } from './translation.ts'

/** How a call ended. */
export type UpstreamResult =
  /** The answer is with the client, whole. */
  | { readonly end: 'answered'; readonly status: number; readonly firstByteMs: number }
  /** The client has the begin of an answer; `failure` where its provider is to blame. */
  | {
      readonly end: 'cut'
      readonly status: number
      readonly firstByteMs: number
      readonly failure: Failure | undefined
    }
  /** The client has seen nothing. `refused`: the provider's own answer, to be given if nobody has a better one. */
  | {
      readonly end: 'failed'
      readonly failure: Failure
      readonly sent: boolean
      readonly refused: RefusedAnswer | undefined
    }
  /** The client has seen nothing, and nobody failed: it left, or this process is ending. */
  | { readonly end: 'left' }
  | { readonly end: 'stopped' }

/** By what calls are made: the same for all of a stage. */
export interface Means {
  readonly dispatcher: Dispatcher
  readonly limits: PatienceLimits
  /** What ends the calls that run, should the process end before them: each adds itself while it does. */
  readonly running: Crowd<() => void>
  readonly clock: Clock
  readonly timers: Timers
}

export interface UpstreamOptions {
  readonly means: Means
  readonly outgoing: Outgoing
  readonly res: ServerResponse
  /** When the whole request must be over, by `performance.now()`. */
  readonly totalAtMs: number
  /** The call has begun: what lets its provider go at any moment from now on. */
  onStart(letGo: () => void): void
  /** The provider has the request, or part of it: from here on it may cost. */
  onSent(): void
  /**
   * An answer for the client begins: the last moment to set headers. What it returns stands between the provider's bytes
   * and the client, which then get their type from it too.
   */
  onAnswer(head: AnswerHead): Translation | undefined
}

export interface AnswerHead {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly firstByteMs: number
}

/** Ends of a call that are nobody's failure. */
export class Ended extends Error {
  readonly by: 'left' | 'stopped'
  constructor(by: 'left' | 'stopped') {
    super(by === 'left' ? 'the client left' : 'this process is stopping')
    this.by = by
  }
}

export class Late extends Error {
  readonly wait: Patience
  constructor(wait: Patience) {
    super(`the provider was waited for too long (${wait})`)
    this.wait = wait
  }
}

/** One call on its way, and how far it has come. */
export interface Exchange {
  readonly options: UpstreamOptions
  /** By a clock that only goes forward, ms. */
  readonly startedMs: number
  watch: PatienceWatch | undefined
  controller: Dispatcher.DispatchController | undefined
  /** The provider has the request, or part of it. */
  sent: boolean
  /** Nobody listens any more. */
  over: boolean
  /** 0 until the provider has answered. */
  status: number
  headers: IncomingHttpHeaders
  /** 0 until the first byte of a body, or the end of an answer without one. */
  firstByteMs: number
  /** What came and the client has not seen: of a refusal that another deployment may better, or of an answer that is not sure to be one. */
  held: Buffer[] | undefined
  heldBytes: number
  /** Undefined for a refusal, and once it is known to be an answer. */
  check: AnswerCheck | undefined
  /** From the moment on that the client gets a head. */
  delivery: Delivery | undefined
  done(result: UpstreamResult): void
}
