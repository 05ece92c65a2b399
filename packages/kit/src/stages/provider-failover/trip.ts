import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HealthBoard } from '../../failover/health-board.ts'
import type { Retries } from '../../failover/retries.ts'
import type { Toll } from '../../toll/toll.ts'
import type { ReceivedCall } from '../../wire/received-call.ts'
import type { Routes } from '../../wire/routes.ts'
import type { Means } from './exchange.ts'
import type { Gates } from './gates.ts'
import type { Attempt } from './slots.ts'
import type { AttemptSpans, TellSpan } from './spans.ts'

/** One request on its way through its deployments. */
export interface Trip {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly call: ReceivedCall
  readonly toll: Toll | undefined
  readonly made: Attempt[]
  /** Undefined until the client has an answer. */
  answer: OpenAttempt | undefined
  readonly strict: boolean
  /** Higher is sooner, where requests wait. */
  readonly priority: number
  readonly startedAtMs: number
  /** When it must be over, by `performance.now()`. */
  readonly totalAtMs: number
  readonly crew: Crew
}

/** The attempt that the client has its answer from, until it is known what that costs. */
export interface OpenAttempt {
  /** Which of those that were made. */
  readonly at: number
  readonly tell: TellSpan
}

/** What all trips of a stage share. */
export interface Crew extends Means {
  readonly routes: Routes
  readonly health: HealthBoard
  readonly retries: Retries
  readonly gates: Gates
  readonly stop: AbortSignal
  readonly spans: AttemptSpans
}
