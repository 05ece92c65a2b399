import { deploymentId } from '../../failover/deployment-id.ts'
import { cheaperThan, usedPercent } from '../../failover/downgrade.ts'
import type { Deployment } from '../../wire/routes.ts'
import type { Trip } from './trip.ts'

/** In which order the deployments of a request are asked, and what that was changed for. */
export interface Preference {
  readonly deployments: readonly Deployment[]
  /** What would have come first, had there been the money for it. */
  readonly instead: Deployment | undefined
  /** Why it does not, as a header says it. */
  readonly because: string
}

/**
 * The order of a route, once its downgrades have had their say: budget-reserve may have reserved for a cheaper one because
 * the first did not fit, and a budget that is nearly used up asks for the next cheaper one.
 */
export function preferredOrder(
  { toll, call, crew: { routes } }: Pick<Trip, 'toll' | 'call' | 'crew'>,
  deployments: readonly Deployment[],
): Preference {
  const [first] = deployments
  const asWritten: Preference = { deployments, instead: undefined, because: '' }
  const reserved = toll?.demand?.deployment
  if (!first || !reserved) return asWritten
  if (deploymentId(reserved) !== deploymentId(first))
    return { ...firstly([reserved], deployments), because: 'budget short' }
  const above = routes.rules?.(call.model)?.downgrade?.abovePercent
  if (above === undefined || !routes.costOf || !toll.tightest) return asWritten
  const used = usedPercent(toll.tightest)
  if (used <= above) return asWritten
  const cheaper = cheaperThan(first, deployments, (deployment) => routes.costOf!(deployment, call))
  if (cheaper.length === 0) return asWritten
  return { ...firstly(cheaper, deployments), because: `budget used to ${Math.floor(used)} %` }
}

function firstly(chosen: readonly Deployment[], deployments: readonly Deployment[]) {
  const ids = new Set(chosen.map(deploymentId))
  const others = deployments.filter((deployment) => !ids.has(deploymentId(deployment)))
  const named = deployments.filter((deployment) => ids.has(deploymentId(deployment)))
  const ordered = chosen.flatMap((each) =>
    named.filter((other) => deploymentId(other) === deploymentId(each)),
  )
  return { deployments: [...ordered, ...others], instead: deployments[0] }
}
