import { LRUCache } from 'lru-cache'
import type { Deployment } from '../wire/routes.ts'
import { type Breaker, type BreakerOptions, type BreakerState, breaker } from './breaker.ts'
import type { Closure } from './closure.ts'
import { type DeploymentRecord, newRecord } from './deployment-health.ts'
import { idsOf } from './deployment-id.ts'
import { shortUntil } from './forecast.ts'

/** A key, or a key at one model, that is given a rest. */
export interface Cooling {
  readonly id: string
  why: Closure['why']
  untilMs: number
}

/** What a board keeps of deployments, their breakers and their keys. Each is made when it is first asked for. */
export interface BoardMemory {
  recordOf(deployment: Deployment): DeploymentRecord
  breakerOf(id: string): Breaker
  coolingOf(id: string): Cooling
  /** Open it, whatever shuts it. */
  lift(id: string): void
  breakerStateOf(record: DeploymentRecord, nowMs: number): BreakerState
  closureOf(record: DeploymentRecord, nowMs: number, tokens: number): Closure | undefined
  /** By their names. */
  records(): readonly DeploymentRecord[]
}

/** A model name that passes through is the client's own choice: only so many are remembered. */
const MAX_REMEMBERED = 2_000

const CLOSED: BreakerState = { is: 'closed' }

export function boardMemory(options: BreakerOptions): BoardMemory {
  const records = new LRUCache<string, DeploymentRecord>({ max: MAX_REMEMBERED })
  // Asked for by name each time: what others find must be found where they have put it.
  const breakers = new LRUCache<string, Breaker>({ max: MAX_REMEMBERED })
  const coolings = new LRUCache<string, Cooling>({ max: MAX_REMEMBERED })

  let latest: { readonly deployment: Deployment; readonly record: DeploymentRecord } | undefined

  const recordOf = (deployment: Deployment): DeploymentRecord => {
    // A request asks for the same one a few times: it is the last that would be forgotten already.
    if (latest?.deployment === deployment) return latest.record
    const ids = idsOf(deployment)
    const record = remembered(records, ids.seat, () => newRecord(deployment, ids))
    latest = { deployment, record }
    return record
  }

  const breakerStateOf = ({ ids }: DeploymentRecord, nowMs: number): BreakerState =>
    breakers.get(ids.deployment)?.state(nowMs) ?? CLOSED

  return {
    recordOf,
    breakerOf: (id) => remembered(breakers, id, () => breaker(options)),
    coolingOf: (id) => remembered(coolings, id, (): Cooling => ({ id, why: 'failing', untilMs: 0 })),
    lift(id) {
      breakers.get(id)?.close()
      Object.assign(coolings.get(id) ?? {}, { untilMs: 0 })
    },
    breakerStateOf,
    // Keys first: what a provider has said of them is certain.
    closureOf: (record, nowMs, tokens) =>
      restOf(coolings.get(record.ids.seat), nowMs) ??
      restOf(coolings.get(record.ids.key), nowMs) ??
      openBreakerOf(record, breakerStateOf(record, nowMs), nowMs) ??
      forecastOf(record, nowMs, tokens),
    records: () => [...records].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, record]) => record),
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

function restOf(cooling: Cooling | undefined, nowMs: number): Closure | undefined {
  return cooling && nowMs < cooling.untilMs ? { ...cooling } : undefined
}

function openBreakerOf({ ids }: DeploymentRecord, state: BreakerState, nowMs: number): Closure | undefined {
  const id = ids.deployment
  if (state.is === 'open') return { id, why: 'failing', untilMs: state.untilMs }
  return state.is === 'half-open' && state.probing ? { id, why: 'probing', untilMs: nowMs } : undefined
}

function forecastOf({ ids, forecast }: DeploymentRecord, nowMs: number, tokens: number): Closure | undefined {
  const untilMs = forecast && shortUntil(forecast, tokens, nowMs)
  return untilMs === undefined ? undefined : { id: ids.seat, why: 'forecast', untilMs }
}
