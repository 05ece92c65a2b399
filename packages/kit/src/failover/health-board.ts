import type { IncomingHttpHeaders } from 'node:http'
import type { Deployment } from '../wire/routes.ts'
import { boardMemory, type Cooling } from './board-memory.ts'
import type { Breaker, BreakerOptions } from './breaker.ts'
import { type Closure, coolUntil } from './closure.ts'
import { type DeploymentHealth, type DeploymentRecord, failingAt, healthOf } from './deployment-health.ts'
import { deploymentId } from './deployment-id.ts'
import { FAILURES, type Failure } from './failure.ts'
import { forecastOf } from './forecast.ts'

/**
 * What is known of every deployment and key from how its calls have ended: who is not to be asked now, and why. In
 * memory, so that asking it costs nothing; a fleet shares what it finds by {@link Closure}, off the request's path.
 */
export interface HealthBoard {
  /** Why a deployment is not to be asked now; undefined when it may be. `tokens`: about what the call needs. */
  closure(deployment: Deployment, nowMs: number, tokens?: number): Closure | undefined
  /** A call goes there. Takes the probe of a breaker that is half open; false where somebody else has it. */
  begin(deployment: Deployment, nowMs: number): boolean
  /** An answer begins: it is well again, and says how much more it takes. */
  answering(deployment: Deployment, head: AnswerBegin, nowMs: number): void
  /** The answer to a call that was begun then came to its end, or its client did not wait for that. */
  answered(deployment: Deployment, nowMs: number, beganAtMs?: number): void
  failed(deployment: Deployment, failure: Failure, nowMs: number, beganAtMs?: number): void
  /** The call that was begun then has ended without saying anything of the deployment: its client left. */
  abandoned(deployment: Deployment, beganAtMs: number): void
  /** The call is over, however it ended. */
  ended(deployment: Deployment): void
  /** Ms to the first byte, lately; 0 where that is not known. */
  latencyMs(deployment: Deployment, nowMs: number): number
  /** Calls that run. */
  inFlight(deployment: Deployment): number
  /** When it was last seen to fail, ms since the epoch; now where it lets its calls wait, 0 where it never was. */
  failingAtMs(deployment: Deployment, nowMs: number): number
  /** Every deployment that has been asked, as it is now, by its name. */
  read(nowMs: number): DeploymentHealth[]
  /** What is found here from now on: a closure, or its end. Returns how to stop listening. */
  watch(listener: ClosureListener): () => void
  /** Another process has found this. */
  impose(closure: Closure, nowMs: number): void
  /** Another process has found it well. */
  lift(id: string): void
}

export interface AnswerBegin {
  readonly firstByteMs: number
  readonly headers: IncomingHttpHeaders
}

export interface ClosureListener {
  closed(closure: Closure): void
  opened(id: string): void
}

/**
 * The board of one process.
 *
 * @example
 * const health = healthBoard({ failureShare: 0.5, openMs: 5_000 })
 * providerFailover({ routes: routing({ providers, routes, health }), health })
 */
export function healthBoard(options: BreakerOptions = {}): HealthBoard {
  const memory = boardMemory(options)
  const { recordOf, breakerOf, coolingOf } = memory
  const listeners = new Set<ClosureListener>()

  const cool = (cooling: Cooling, kind: Failure['kind'], untilMs: number, nowMs: number) => {
    if (untilMs <= Math.max(nowMs, cooling.untilMs)) return
    cooling.why = kind
    cooling.untilMs = untilMs
    for (const listener of listeners) listener.closed({ ...cooling })
  }

  /** Tell a breaker how a call ended, and everybody else if that has changed it. */
  const tell = (
    { ids: { deployment: id } }: DeploymentRecord,
    nowMs: number,
    change: (told: Breaker) => void,
  ) => {
    const breaker = breakerOf(id)
    const before = breaker.state(nowMs)
    change(breaker)
    const after = breaker.state(nowMs)
    if (after.is === 'open' && before.is !== 'open')
      for (const listener of listeners) listener.closed({ id, why: 'failing', untilMs: after.untilMs })
    if (after.is === 'closed' && before.is !== 'closed') for (const listener of listeners) listener.opened(id)
  }

  return {
    closure: (deployment, nowMs, tokens = 0) => memory.closureOf(recordOf(deployment), nowMs, tokens),
    begin(deployment, nowMs) {
      const record = recordOf(deployment)
      if (record.inFlight === 0) record.heardAtMs = nowMs
      record.inFlight += 1
      return breakerOf(record.ids.deployment).begin(nowMs)
    },
    answering(deployment, { firstByteMs, headers }, nowMs) {
      const record = recordOf(deployment)
      record.heardAtMs = nowMs
      record.latency.add(firstByteMs, nowMs)
      record.forecast = forecastOf(headers, nowMs)
      tell(record, nowMs, (breaker) => breaker.responded(nowMs, firstByteMs))
    },
    answered(deployment, nowMs, beganAtMs) {
      const record = recordOf(deployment)
      record.answered += 1
      tell(record, nowMs, (breaker) => breaker.succeeded(nowMs, beganAtMs))
    },
    failed(deployment, { kind, status, retryAfterMs }, nowMs, beganAtMs) {
      const record = recordOf(deployment)
      const { blames } = FAILURES[kind]
      record.failed += 1
      record.heardAtMs = nowMs
      record.lastFailure = { kind, ...(status !== undefined && { status }), atMs: nowMs }
      const untilMs = coolUntil(kind, retryAfterMs, nowMs)
      if (blames === 'seat' || blames === 'key') cool(coolingOf(record.ids[blames]), kind, untilMs, nowMs)
      // Who refuses is well enough to refuse.
      tell(record, nowMs, (breaker) =>
        blames === 'deployment' ? breaker.failed(nowMs, beganAtMs) : breaker.succeeded(nowMs, beganAtMs),
      )
    },
    abandoned: (deployment, beganAtMs) => breakerOf(deploymentId(deployment)).abandoned(beganAtMs),
    ended(deployment) {
      const record = recordOf(deployment)
      record.inFlight = Math.max(0, record.inFlight - 1)
    },
    latencyMs: (deployment, nowMs) => recordOf(deployment).latency.at(nowMs),
    inFlight: (deployment) => recordOf(deployment).inFlight,
    failingAtMs: (deployment, nowMs) => failingAt(recordOf(deployment), nowMs),
    read: (nowMs) =>
      memory.records().map((record) => {
        const closure = memory.closureOf(record, nowMs, 0)
        return healthOf(record, { breaker: memory.breakerStateOf(record, nowMs).is, closure }, nowMs)
      }),
    watch(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    impose({ id, why, untilMs }, nowMs) {
      if (why === 'failing') return breakerOf(id).openUntil(untilMs, nowMs)
      const cooling = coolingOf(id)
      if (untilMs > cooling.untilMs) Object.assign(cooling, { why, untilMs })
    },
    lift: memory.lift,
  }
}
