import type { CacheStore } from '@tollgate/kit/cache'
import type { SemanticTier } from '@tollgate/kit/cache/semantic'
import type { Clock } from '@tollgate/kit/core'
import type { Ledger } from '@tollgate/kit/ledger'
import type { Owners } from '@tollgate/kit/owners'
import {
  type HealthBoard,
  healthBoard,
  type NodeAgents,
  nodeAgents,
} from '@tollgate/kit/stages/provider-failover'
import type { Config } from './config/index.ts'
import type { Opened } from './opened.ts'
import { openSemanticTier } from './pipeline/semantic-tier.ts'
import { type Simulation, simulationFor } from './simulation.ts'
import { openAnswerCache } from './store/answer-cache.ts'
import { shareHealth } from './store/fleet-health.ts'
import { openOwners } from './store/open-owners.ts'

/** Where answers come from, and what is known of those that were given. All of it outlasts a change of the config. */
export interface GatewayAnswers {
  /** Stands in where nobody has given the gateway a provider. */
  readonly simulation: Simulation | undefined
  readonly cache: CacheStore | undefined
  readonly semantic: SemanticTier | undefined
  /** Who made what providers store. */
  readonly owners: Owners
  /** How deployments do, as far as the fleet knows. */
  readonly health: HealthBoard
  /** Connections of what goes by Node's own client. */
  readonly agents: NodeAgents
}

/** Open all of that; `everything` closes it. */
export async function gatewayAnswers(
  config: Config,
  everything: Opened,
  { ledger, clock }: { readonly ledger: Ledger; readonly clock: Clock },
): Promise<GatewayAnswers> {
  const simulation = await simulationFor(config)
  if (simulation) everything.add(() => simulation.close())
  const cache = await openAnswerCache(config, clock)
  if (cache) everything.add(() => cache.close())
  const owners = await openOwners(config, clock)
  everything.add(() => owners.close())
  const simulated = simulation?.provider
  const semantic = await openSemanticTier({ config, ledger, simulated, clock })
  if (semantic) everything.add(() => semantic.close())
  const health = healthBoard(config.breakers)
  everything.add(await shareHealth(config, health))
  const agents = nodeAgents({ proxies: config.proxies })
  everything.add(() => {
    for (const agent of [agents.http, agents.https]) agent.destroy()
  })
  return { simulation, cache, semantic, owners, health, agents }
}
