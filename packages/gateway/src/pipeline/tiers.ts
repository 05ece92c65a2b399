import {
  type CallerTier,
  callerTier,
  type GrantView,
  grantView,
  type RecordCache,
} from '@tollgate/kit/access'
import type { Clock } from '@tollgate/kit/core'
import type { Kept, Principal } from '@tollgate/kit/directory'
import { type Tiers, tierGate } from '@tollgate/kit/stages/tier-check'
import type { Config } from '../config/index.ts'

/** The tier of whoever none is stated for. */
const DEFAULT_TIER = 'default'

/** What callers may have: by the tiers of the moment, whose they are, and what was granted besides. */
export interface TierRules {
  /** The tiers of an org, the least first: those of its directory, which has the config's. */
  readonly tiersOf: (org: string) => Tiers | Promise<Tiers>
  /** Undefined: no tier at all, which no model is open to. */
  readonly tierOf: CallerTier
  readonly grants: GrantView
  /** Tells of each model whether a caller may ask for it. */
  opener(principal: Principal): Promise<(model: string) => boolean>
}

export interface TierRulesOptions {
  /** The directory's records, from memory. */
  readonly records: Pick<RecordCache, 'one' | 'all'>
  readonly clock: Clock
}

/** A conversation, whatever its dialect: what models are listed for. */
const CONVERSATION = '/v1/chat/completions'

export function tierRules(
  { org: own, tiers, teams, keys }: Pick<Config, 'org' | 'tiers' | 'teams' | 'keys'>,
  { records, clock }: TierRulesOptions,
): TierRules {
  const stated: Tiers = Object.fromEntries(
    tiers.map(({ name, models, endpoints, approval, caps }) => [
      name,
      { models, endpoints, approval, ...(caps && { caps }) },
    ]),
  )
  const tiersOf = tiersIn(records, (org) => (org === own ? stated : {}))
  const grants = grantView({ cache: records, clock })
  const tierOf = callerTier({
    cache: records,
    stated: new Map([
      ...teams.flatMap(({ id, tier }) => (tier === undefined ? [] : [[`team:${id}`, tier] as const])),
      ...keys.flatMap(({ id, tier }) => (tier === undefined ? [] : [[`key:${id}`, tier] as const])),
    ]),
  })
  const withDefault: CallerTier = async (principal) => {
    const tier = await tierOf(principal)
    if (tier !== undefined) return tier
    return Object.hasOwn(await tiersOf(principal.org), DEFAULT_TIER) ? DEFAULT_TIER : undefined
  }
  return {
    tiersOf,
    tierOf: withDefault,
    grants,
    async opener(principal) {
      const gate = tierGate(await tiersOf(principal.org))
      const tier = (await withDefault(principal)) ?? ''
      const granted = await grants.of(principal)
      return (model) =>
        gate({ principal, tier, granted }, { path: CONVERSATION, model }).refusal === undefined
    },
  }
}

/** Tiers as they are kept; where none are, what a config states that nobody has reconciled yet. */
function tiersIn(records: Pick<RecordCache, 'all'>, stated: (org: string) => Tiers): TierRules['tiersOf'] {
  const read = new WeakMap<readonly Kept<'tier'>[], Tiers>()
  const readOnce = (org: string, kept: readonly Kept<'tier'>[]): Tiers => {
    if (kept.length === 0) return stated(org)
    const known = read.get(kept)
    if (known) return known
    const ranked = [...kept].sort((a, b) => a.value.rank - b.value.rank)
    const made: Tiers = Object.fromEntries(ranked.map(({ id, value }) => [id, value]))
    read.set(kept, made)
    return made
  }
  return (org) => {
    const kept = records.all('tier', org)
    return kept instanceof Promise ? kept.then((all) => readOnce(org, all)) : readOnce(org, kept)
  }
}
