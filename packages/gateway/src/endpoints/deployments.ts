import type { Clock } from '@tollgate/kit/core'
import { type HealthBoard, overview } from '@tollgate/kit/stages/provider-failover'
import type { Routes } from '@tollgate/kit/wire'
import type { ShutDeployment } from './health.ts'

export interface DeploymentsOptions {
  /** Whether names without a route pass. */
  readonly passthrough: boolean
  readonly routes: Routes
  readonly health: HealthBoard
  readonly clock: Clock
}

/** What is to be known of deployments by whoever asks whether a gateway is ready. */
export interface Deployments {
  /** What no request is sent to just now, and why. */
  shut(): readonly ShutDeployment[]
  /** @throws Error when there are routes, and none of them has a deployment that is open. */
  check(): void
}

/** One route that is shut is no reason to send all requests elsewhere: it is shut there as well. */
export function deploymentsOf({ passthrough, routes, health, clock }: DeploymentsOptions): Deployments {
  const look = () => overview({ routes, health }, clock.now())
  return {
    shut: () =>
      look().deployments.flatMap(({ provider, model, key, closure }) => {
        if (!closure) return []
        const deployment = `${provider}/${model}${key === undefined ? '' : `#${key}`}`
        return [{ deployment, because: closure.why, until: new Date(closure.untilMs).toISOString() }]
      }),
    check() {
      // Other names pass, and where they lead nobody knows before they are asked for.
      if (passthrough || routes.models.length === 0) return
      if (look().shutRoutes.length === routes.models.length)
        throw new Error('every deployment of every route is shut: GET /admin/v1/providers says why')
    },
  }
}
