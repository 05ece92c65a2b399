import type { Standing } from '../ledger/ledger.ts'
import type { Deployment } from '../wire/routes.ts'
import { deploymentId } from './deployment-id.ts'

/** How much of a budget is spent or reserved, percent. */
export function usedPercent({ limit, remaining }: Pick<Standing, 'limit' | 'remaining'>): number {
  return limit === 0 ? 100 : ((limit - remaining) / limit) * 100
}

/** The deployments of a route that are cheaper than the preferred one, the dearest of them first: the next cheaper one. */
export function cheaperThan(
  preferred: Deployment,
  deployments: readonly Deployment[],
  costOf: (deployment: Deployment) => number,
): readonly Deployment[] {
  const most = costOf(preferred)
  return deployments
    .filter((deployment) => deploymentId(deployment) !== deploymentId(preferred))
    .map((deployment) => ({ deployment, cost: costOf(deployment) }))
    .filter(({ cost }) => cost < most)
    .sort((a, b) => b.cost - a.cost)
    .map(({ deployment }) => deployment)
}
