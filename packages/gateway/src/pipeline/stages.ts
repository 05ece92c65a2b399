import type { ForeignHandler, Stage } from '@tollgate/kit/core'
import { authVirtualKey } from '@tollgate/kit/stages/auth-virtual-key'
import { budgetReserve } from '@tollgate/kit/stages/budget-reserve'
import { providerFailover } from '@tollgate/kit/stages/provider-failover'
import { tierCheck } from '@tollgate/kit/stages/tier-check'
import { usageReconcile } from '@tollgate/kit/stages/usage-reconcile'
import type { StageMaterials } from './materials.ts'
import { moduleStage } from './module-stage.ts'

/** Each stage by its name, made from what the config says of it. */
const STAGES: Readonly<Record<string, (materials: StageMaterials) => Stage>> = {
  'audit-log': ({ audit }) => audit,

  'auth-virtual-key': ({ directory, masterKey, clock }) => authVirtualKey({ directory, masterKey, clock }),

  'tier-check': ({ config: { tiers, mode }, tiers: { tierOf } }) =>
    tierCheck({ tiers: Object.fromEntries(tiers.map((tier) => [tier.name, tier])), tierOf, mode }),

  'budget-reserve': ({ ledger, prices, routes, clock, config }) =>
    budgetReserve({
      ledger,
      prices,
      routes,
      clock,
      mode: config.mode,
      nearLimit: config.nearLimit,
      waitMs: config.waitMs,
      refusals: { exposeLimits: config.exposeLimits, status: config.budgetStatus },
    }),

  'usage-reconcile': ({ ledger, clock }) => usageReconcile({ ledger, clock }),

  'provider-failover': ({ config, routes, stop, clock }) =>
    providerFailover({ routes, stop, clock, strict: config.translation === 'strict' }),
}

/** The stages of the configured pipeline, in its order. @throws Error when a module of the operator's own has none. */
export function stagesOf(materials: StageMaterials): (Stage | ForeignHandler)[] {
  return materials.config.pipeline.map((entry) => STAGES[entry]?.(materials) ?? moduleStage(entry, materials))
}
