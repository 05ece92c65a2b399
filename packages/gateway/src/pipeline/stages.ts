import type { ForeignHandler, Stage } from '@tollgate/kit/core'
import { authVirtualKey } from '@tollgate/kit/stages/auth-virtual-key'
import { budgetReserve } from '@tollgate/kit/stages/budget-reserve'
import { ownerCheck } from '@tollgate/kit/stages/owner-check'
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
import { tokenizerOf } from './tokenizer.ts'

/** Each stage by its name, made from what the config says of it; no stage where it would do nothing. */
const STAGES: Readonly<Record<string, (materials: StageMaterials) => Stage | undefined>> = {
  'audit-log': ({ audit }) => audit,

  'auth-virtual-key': ({ authenticate }) => authVirtualKey({ authenticate }),

  'tier-check': ({ config, tiers: { tiersOf, tierOf, grants }, passages }) =>
    tierCheck({
      tiers: tiersOf,
      tierOf,
      grants,
      mode: config.mode,
      passages,
      howToAsk,
      ...tokenizerOf(config),
    }),

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

  'owner-check': ({ owners, providers, passages, config }) =>
    owners && ownerCheck({ owners, providers, passages, per: config.ownedPer }),

  'semantic-cache': (materials) => materials.cache && cacheStage(materials.cache, materials),

  'budget-reserve': ({ ledger, prices, routes, passages, clock, config }) =>
    budgetReserve({
      ledger,
      prices,
      routes,
      passages,
      clock,
      mode: config.mode,
      ...tokenizerOf(config),
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

/** Stages that are there though a pipeline does not name them, each before the first of those that need it. */
const IMPLIED: readonly (readonly [stage: string, before: readonly string[]])[] = [
  // What is no call of a model is passed through; provider-failover takes everything else.
  ['provider-proxy', ['provider-failover']],
  // Whose something is, is known before it is given away, or paid for.
  ['owner-check', ['semantic-cache', 'budget-reserve', 'provider-proxy', 'provider-failover']],
]

function wholeOf(pipeline: readonly string[]): readonly string[] {
  return IMPLIED.reduce((stages, [implied, before]) => {
    const at = stages.findIndex((stage) => before.includes(stage))
    return stages.includes(implied) || at === -1 ? stages : stages.toSpliced(at, 0, implied)
  }, pipeline)
}

/**
 * The stages of the configured pipeline, in its order, and those that it need not name.
 *
 * @throws Error when a module of the operator's own has none.
 */
export function stagesOf(materials: StageMaterials): (Stage | ForeignHandler)[] {
  return wholeOf(materials.config.pipeline).flatMap((entry) => {
    const make = STAGES[entry]
    return make ? (make(materials) ?? []) : moduleStage(entry, materials)
  })
}
