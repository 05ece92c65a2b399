import type { ForeignHandler, Stage } from '@tollgate/kit/core'
import { authVirtualKey } from '@tollgate/kit/stages/auth-virtual-key'
import { budgetReserve } from '@tollgate/kit/stages/budget-reserve'
import { providerFailover } from '@tollgate/kit/stages/provider-failover'
import { providerProxy } from '@tollgate/kit/stages/provider-proxy'
import { rateLimit } from '@tollgate/kit/stages/rate-limit'
import { tierCheck } from '@tollgate/kit/stages/tier-check'
import { usageReconcile } from '@tollgate/kit/stages/usage-reconcile'
import { howToAsk } from '../say/how-to-ask.ts'
import { cacheStage } from './cache.ts'
import type { StageMaterials } from './materials.ts'
import { moduleStage } from './module-stage.ts'
import { scopesOf } from './rates.ts'

/** Each stage by its name, made from what the config says of it; none where it would do nothing. */
const STAGES: Readonly<Record<string, (materials: StageMaterials) => Stage | undefined>> = {
  'audit-log': ({ audit }) => audit,

  'auth-virtual-key': ({ authenticate }) => authVirtualKey({ authenticate }),

  'tier-check': ({ config: { mode }, tiers: { tiersOf, tierOf, grants }, passages }) =>
    tierCheck({ tiers: tiersOf, tierOf, grants, mode, passages, howToAsk }),

  'rate-limit': ({ limits, tiers, onRunaway, clock, config }) =>
    rateLimit({
      limits,
      rates: scopesOf(config, tiers),
      grants: tiers.grants,
      runaway: { ...config.runaway, onRunaway },
      mode: config.mode,
      exposeLimits: config.exposeLimits,
      clock,
    }),

  'semantic-cache': (materials) => materials.cache && cacheStage(materials.cache, materials),

  'budget-reserve': ({ ledger, prices, routes, passages, clock, config }) =>
    budgetReserve({
      ledger,
      prices,
      routes,
      passages,
      clock,
      mode: config.mode,
      nearLimit: config.nearLimit,
      enforcement: config.enforcement,
      waitMs: config.waitMs,
      refusals: { exposeLimits: config.exposeLimits, status: config.budgetStatus },
      howToAsk,
    }),

  'usage-reconcile': ({ ledger, clock }) => usageReconcile({ ledger, clock }),

  'provider-proxy': ({ passages, agents, stop, clock }) => providerProxy({ passages, agents, stop, clock }),

  'provider-failover': ({ config, routes, health, dispatcher, stop, clock }) =>
    providerFailover({
      routes,
      health,
      dispatcher,
      stop,
      clock,
      timeouts: config.timeouts,
      retries: config.retries,
      strict: config.translation === 'strict',
    }),
}

/**
 * The stages of the configured pipeline, in its order. What is no call of a model is passed through where the pipeline says
 * nothing of it too: right before provider-failover, which takes everything else.
 *
 * @throws Error when a module of the operator's own has none.
 */
export function stagesOf(materials: StageMaterials): (Stage | ForeignHandler)[] {
  const { pipeline } = materials.config
  const named = pipeline.includes('provider-proxy')
  const all = pipeline.flatMap((entry) =>
    entry === 'provider-failover' && !named ? ['provider-proxy', entry] : [entry],
  )
  return all.flatMap((entry) => {
    const make = STAGES[entry]
    return make ? (make(materials) ?? []) : moduleStage(entry, materials)
  })
}
