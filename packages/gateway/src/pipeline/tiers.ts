import type { Principal } from '@tollgate/kit/directory'
import { modelPattern } from '@tollgate/kit/stages/tier-check'
import type { Config } from '../config/index.ts'

/** The tier of whoever has no team, or a team without a tier of its own. */
const DEFAULT_TIER = 'default'

/** What the tiers of a config say of a caller. */
export interface TierRules {
  /** Undefined: no tier at all, which no model is open to. */
  tierOf(principal: Principal): string | undefined
  /** Whether a tier includes a model; where no tiers are declared, every model is. */
  includes(tier: string | undefined, model: string): boolean
}

export function tierRules({ tiers, teams }: Pick<Config, 'tiers' | 'teams'>): TierRules {
  const ofTeam = new Map(teams.map(({ id, tier }) => [id, tier]))
  const fallback = tiers.some(({ name }) => name === DEFAULT_TIER) ? DEFAULT_TIER : undefined
  const patterns = new Map(tiers.map(({ name, models }) => [name, models.map(modelPattern)]))
  return {
    tierOf: ({ team }) => (team === undefined ? undefined : ofTeam.get(team)) ?? fallback,
    includes: (tier, model) =>
      patterns.size === 0 || (patterns.get(tier ?? '') ?? []).some((matches) => matches(model)),
  }
}
