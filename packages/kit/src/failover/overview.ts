import type { Routes } from '../wire/routes.ts'
import type { DeploymentHealth } from './deployment-health.ts'
import type { HealthBoard } from './health-board.ts'

/** How all deployments do, and what that leaves of the routes. */
export interface Overview {
  /** Those that a route of its own leads to, and those that have been asked besides. */
  readonly deployments: readonly DeploymentHealth[]
  /** Routes of which no deployment is open: the one that opens first is asked all the same. */
  readonly shutRoutes: readonly string[]
}

/** Look at every route as it is written, whether or not anybody has asked for it here: others may know of it. */
export function overview(
  { routes, health }: { readonly routes: Routes; readonly health: HealthBoard },
  nowMs: number,
): Overview {
  const shutRoutes = routes.models.filter((model) => {
    const closures = routes
      .resolve(model, 'openai')
      .map((deployment) => health.closure(deployment, nowMs) !== undefined)
    return closures.length > 0 && !closures.includes(false)
  })
  return { deployments: health.read(nowMs), shutRoutes }
}
