import type { CachePolicy } from '@tollgate/kit/stages/semantic-cache'
import type { SemanticRules } from './semantic-rules.ts'

/** What is answered from the cache: for everybody, and what is different for a tier or a model. */
export interface CacheRules {
  readonly policy: CachePolicy
  /** How answers to other words are found; undefined where nothing says how. */
  readonly semantic: SemanticRules | undefined
  readonly tiers: Readonly<Record<string, Partial<CachePolicy>>>
  /** The first pattern that matches the model that is asked for. */
  readonly models: readonly { readonly model: string; readonly policy: Partial<CachePolicy> }[]
  /** What a hit costs its caller, USD as decimal text. */
  readonly hitPriceUsd: string
  /** How much is kept of all answers, and of those that are shared among the same callers, bytes; as the kit has it where absent. */
  readonly quota: { readonly maxBytes?: number; readonly maxScopeBytes?: number }
}

/** Whether anything at all is answered from it. */
export function isCaching({ policy, tiers, models }: CacheRules): boolean {
  const modes = [policy, ...Object.values(tiers), ...models.map((one) => one.policy)].map(({ mode }) => mode)
  return modes.some((mode) => mode !== undefined && mode !== 'off')
}
