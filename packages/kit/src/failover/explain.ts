import type { Dialect } from '../core/dialect.ts'
import type { Deployment, Routes } from '../wire/routes.ts'
import type { Closure } from './closure.ts'
import type { HealthBoard } from './health-board.ts'

/** One deployment of a route, and what would become of it if a request came now. */
export interface Explained {
  readonly deployment: Deployment
  /** Undefined where it may be asked. */
  readonly closure: Closure | undefined
  /** Ms to the first byte, lately; 0 where that is not known. */
  readonly latencyMs: number
  readonly inFlight: number
}

/** Where a request for a model would go now, as its route is written: the first that is not shut. Empty when nowhere. */
export function explain(
  { routes, health }: { readonly routes: Routes; readonly health: HealthBoard },
  { model, dialect, nowMs }: { readonly model: string; readonly dialect: Dialect; readonly nowMs: number },
): readonly Explained[] {
  return routes.resolve(model, dialect).map((deployment) => ({
    deployment,
    closure: health.closure(deployment, nowMs),
    latencyMs: Math.round(health.latencyMs(deployment, nowMs)),
    inFlight: health.inFlight(deployment),
  }))
}
