import type { Deployment } from '../wire/routes.ts'
import type { BreakerState } from './breaker.ts'
import type { Closure } from './closure.ts'
import type { DeploymentIds } from './deployment-id.ts'
import type { Failure } from './failure.ts'
import type { Forecast } from './forecast.ts'
import { type Latency, latency } from './latency.ts'

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

/** What is known of one deployment with one key. */
export interface DeploymentRecord {
  readonly deployment: Deployment
  /** Its breaker is its deployment's; it rests by itself, and with its key at all models. */
  readonly ids: DeploymentIds
  readonly latency: Latency
  forecast: Forecast | undefined
  inFlight: number
  /** Since when nothing has been heard of those. */
  heardAtMs: number
  answered: number
  failed: number
  lastFailure: DeploymentHealth['lastFailure']
}

export function newRecord(deployment: Deployment, ids: DeploymentIds): DeploymentRecord {
  return {
    deployment,
    ids,
    latency: latency(),
    forecast: undefined,
    inFlight: 0,
    heardAtMs: 0,
    answered: 0,
    failed: 0,
    lastFailure: undefined,
  }
}

/** Who is thought to be failing, and is silent for longer, gives no reason to think otherwise, ms. */
const SILENCE_MS = 500

/** When it was last seen to fail, ms since the epoch: its last failure, or now while it lets its calls wait. */
export function failingAt({ inFlight, heardAtMs, lastFailure }: DeploymentRecord, nowMs: number): number {
  return inFlight > 0 && nowMs - heardAtMs > SILENCE_MS ? nowMs : (lastFailure?.atMs ?? 0)
}

/** The same for whoever looks from outside. */
export function healthOf(
  { deployment, latency, inFlight, answered, failed, lastFailure, forecast }: DeploymentRecord,
  { breaker, closure }: Pick<DeploymentHealth, 'breaker' | 'closure'>,
  nowMs: number,
): DeploymentHealth {
  const { provider, model, key } = deployment
  return {
    provider: provider.name,
    model,
    ...(key !== undefined && { key }),
    breaker,
    closure,
    latencyMs: Math.round(latency.at(nowMs)),
    inFlight,
    answered,
    failed,
    lastFailure,
    forecast,
  }
}
