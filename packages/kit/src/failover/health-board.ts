import type { IncomingHttpHeaders } from 'node:http'
import { LRUCache } from 'lru-cache'
import type { Deployment } from '../wire/routes.ts'
import { type Breaker, type BreakerOptions, type BreakerState, breaker } from './breaker.ts'
import { type Closure, coolUntil } from './closure.ts'
import { type DeploymentIds, deploymentId, idsOf } from './deployment-id.ts'
import { FAILURES, type Failure } from './failure.ts'
import { type Forecast, forecastOf, shortUntil } from './forecast.ts'
import { type Latency, latency } from './latency.ts'

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

/** How a deployment does, and why. */
export interface DeploymentHealth {
  readonly provider: string
  readonly model: string
  /** Which of several keys. */
  readonly key?: string
  readonly breaker: BreakerState['is']
  /** Undefined where it may be asked. */
  readonly closure: Closure | undefined
  readonly latencyMs: number
  readonly inFlight: number
  readonly answered: number
  readonly failed: number
  /** The last failure, and when. */
  readonly lastFailure:
    | { readonly kind: Failure['kind']; readonly status?: number; readonly atMs: number }
    | undefined
  readonly forecast: Forecast | undefined
}

/** A model name that passes through is the client's own choice: only so many are remembered. */
const MAX_REMEMBERED = 2_000

/** A key, or a key at one model, that is given a rest. */
interface Cooling {
  readonly id: string
  why: Closure['why']
  untilMs: number
}

/** What is known of one deployment with one key. */
interface Entry {
  readonly deployment: Deployment
  /** Its breaker is its deployment's; it rests by itself, and with its key at all models. */
  readonly ids: DeploymentIds
  readonly latency: Latency
  forecast: Forecast | undefined
  inFlight: number
  answered: number
  failed: number
  lastFailure: DeploymentHealth['lastFailure']
}

/**
 * The board of one process.
 *
 * @example
 * const health = healthBoard({ failureShare: 0.5, openMs: 5_000 })
 * providerFailover({ routes: routing({ providers, routes, health }), health })
 */
export function healthBoard(options: BreakerOptions = {}): HealthBoard {
  const entries = new LRUCache<string, Entry>({ max: MAX_REMEMBERED })
  const breakers = new LRUCache<string, Breaker>({ max: MAX_REMEMBERED })
  const coolings = new LRUCache<string, Cooling>({ max: MAX_REMEMBERED })
  const listeners = new Set<ClosureListener>()

  const breakerOf = (id: string) => remembered(breakers, id, () => breaker(options))
  const coolingOf = (id: string) =>
    remembered(coolings, id, (): Cooling => ({ id, why: 'failing', untilMs: 0 }))

  const entryOf = (deployment: Deployment): Entry => {
    const ids = idsOf(deployment)
    return remembered(entries, ids.seat, () => {
      return {
        deployment,
        ids,
        latency: latency(),
        forecast: undefined,
        inFlight: 0,
        answered: 0,
        failed: 0,
        lastFailure: undefined,
      }
    })
  }

  const cool = (cooling: Cooling, kind: Failure['kind'], untilMs: number, nowMs: number) => {
    if (untilMs <= Math.max(nowMs, cooling.untilMs)) return
    cooling.why = kind
    cooling.untilMs = untilMs
    for (const listener of listeners) listener.closed({ ...cooling })
  }

  /** Tell a breaker how a call ended, and everybody else if that has changed it. */
  const tell = ({ ids }: Entry, nowMs: number, change: (breaker: Breaker) => void) => {
    const id = ids.deployment
    const breaker = breakerOf(id)
    const before = breaker.state(nowMs)
    change(breaker)
    const after = breaker.state(nowMs)
    if (after.is === 'open' && before.is !== 'open')
      for (const listener of listeners) listener.closed({ id, why: 'failing', untilMs: after.untilMs })
    if (after.is === 'closed' && before.is !== 'closed') for (const listener of listeners) listener.opened(id)
  }

  /** Asked for by name each time: what others find must be found where they have put it. */
  const stateOf = ({ ids, forecast }: Entry): State => ({
    ids,
    breaker: breakers.get(ids.deployment),
    seat: coolings.get(ids.seat),
    key: coolings.get(ids.key),
    forecast,
  })

  return {
    closure: (deployment, nowMs, tokens = 0) => closureOf(stateOf(entryOf(deployment)), nowMs, tokens),
    begin(deployment, nowMs) {
      const entry = entryOf(deployment)
      entry.inFlight += 1
      return breakerOf(entry.ids.deployment).begin(nowMs)
    },
    answering(deployment, { firstByteMs, headers }, nowMs) {
      const entry = entryOf(deployment)
      entry.latency.add(firstByteMs, nowMs)
      entry.forecast = forecastOf(headers, nowMs)
      tell(entry, nowMs, (breaker) => breaker.responded(nowMs, firstByteMs))
    },
    answered(deployment, nowMs, beganAtMs) {
      const entry = entryOf(deployment)
      entry.answered += 1
      tell(entry, nowMs, (breaker) => breaker.succeeded(nowMs, beganAtMs))
    },
    failed(deployment, { kind, status, retryAfterMs }, nowMs, beganAtMs) {
      const entry = entryOf(deployment)
      const { blames } = FAILURES[kind]
      entry.failed += 1
      entry.lastFailure = { kind, ...(status === undefined ? {} : { status }), atMs: nowMs }
      const untilMs = coolUntil(kind, retryAfterMs, nowMs)
      if (blames === 'seat') cool(coolingOf(entry.ids.seat), kind, untilMs, nowMs)
      if (blames === 'key') cool(coolingOf(entry.ids.key), kind, untilMs, nowMs)
      // Who refuses is well enough to refuse.
      tell(entry, nowMs, (breaker) =>
        blames === 'deployment' ? breaker.failed(nowMs, beganAtMs) : breaker.succeeded(nowMs, beganAtMs),
      )
    },
    abandoned: (deployment, beganAtMs) => breakerOf(deploymentId(deployment)).abandoned(beganAtMs),
    ended(deployment) {
      const entry = entryOf(deployment)
      entry.inFlight = Math.max(0, entry.inFlight - 1)
    },
    latencyMs: (deployment, nowMs) => entryOf(deployment).latency.at(nowMs),
    inFlight: (deployment) => entryOf(deployment).inFlight,
    read: (nowMs) =>
      [...entries]
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([, entry]) => healthOf(entry, stateOf(entry), nowMs)),
    watch(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    impose({ id, why, untilMs }, nowMs) {
      if (why === 'failing') return breakerOf(id).openUntil(untilMs, nowMs)
      const cooling = coolingOf(id)
      if (untilMs > cooling.untilMs) Object.assign(cooling, { why, untilMs })
    },
    lift(id) {
      breakers.get(id)?.close()
      Object.assign(coolings.get(id) ?? {}, { untilMs: 0 })
    },
  }
}

function remembered<Value extends object>(
  cache: LRUCache<string, Value>,
  id: string,
  make: () => Value,
): Value {
  const known = cache.get(id)
  if (known) return known
  const made = make()
  cache.set(id, made)
  return made
}

/** What decides whether a deployment may be asked; undefined what nobody has had to say of it. */
interface State {
  readonly ids: DeploymentIds
  readonly breaker: Breaker | undefined
  readonly seat: Cooling | undefined
  readonly key: Cooling | undefined
  readonly forecast: Forecast | undefined
}

const CLOSED: BreakerState = { is: 'closed' }

/** Keys first: what a provider has said of them is certain. */
function closureOf(
  { ids, breaker, seat, key, forecast }: State,
  nowMs: number,
  tokens: number,
): Closure | undefined {
  if (seat && nowMs < seat.untilMs) return { ...seat }
  if (key && nowMs < key.untilMs) return { ...key }
  const id = ids.deployment
  const state = breaker?.state(nowMs) ?? CLOSED
  if (state.is === 'open') return { id, why: 'failing', untilMs: state.untilMs }
  if (state.is === 'half-open' && state.probing) return { id, why: 'probing', untilMs: nowMs }
  const shortUntilMs = forecast && shortUntil(forecast, tokens, nowMs)
  return shortUntilMs === undefined ? undefined : { id: ids.seat, why: 'forecast', untilMs: shortUntilMs }
}

function healthOf(entry: Entry, state: State, nowMs: number): DeploymentHealth {
  const { deployment, latency, inFlight, answered, failed, lastFailure, forecast } = entry
  const { provider, model, key } = deployment
  return {
    provider: provider.name,
    model,
    ...(key === undefined ? {} : { key }),
    breaker: (state.breaker?.state(nowMs) ?? CLOSED).is,
    closure: closureOf(state, nowMs, 0),
    latencyMs: Math.round(latency.at(nowMs)),
    inFlight,
    answered,
    failed,
    lastFailure,
    forecast,
  }
}
