import { createHmac } from 'node:crypto'
import type { Stage } from '@tollgate/kit/core'
import { type CacheAsker, type CachePolicy, semanticCache } from '@tollgate/kit/stages/semantic-cache'
import { modelPattern } from '@tollgate/kit/stages/tier-check'
import type { CacheRules } from '../config/index.ts'
import type { StageMaterials } from './materials.ts'

/** The cache as the config wants it, on the store of its answers. */
export function cacheStage(
  store: NonNullable<StageMaterials['cache']>,
  { config, masterKey, ledger, prices, routes, semantic, clock }: StageMaterials,
): Stage {
  const { hitPriceUsd } = config.cache
  return semanticCache({
    store,
    secret: createHmac('sha256', masterKey).update('tollgate cache').digest(),
    policy: policyFor(config.cache),
    routes,
    ...(semantic && { semantic }),
    hitPrice: {
      usd: hitPriceUsd,
      ledger,
      prices,
      clock,
      mode: config.mode,
      refusals: { exposeLimits: config.exposeLimits, status: config.budgetStatus },
    },
    clock,
  })
}

/** What a call's model states goes before what its caller's tier does, and both before what holds for all. */
function policyFor({ policy, tiers, models }: CacheRules): (asker: CacheAsker) => CachePolicy {
  const ofModels = models.map((one) => ({ matches: modelPattern(one.model), policy: one.policy }))
  return ({ tier, call }) => ({
    ...policy,
    ...(tier !== undefined && Object.hasOwn(tiers, tier) ? tiers[tier] : {}),
    ...ofModels.find(({ matches }) => matches(call.model))?.policy,
  })
}
