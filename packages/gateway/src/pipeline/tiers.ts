import {
  type CallerHeldTier,
  type CallerTier,
  callerHeldTier,
  type GrantView,
  grantView,
  type RecordCache,
} from '@tollgate/kit/access'
import type { Clock } from '@tollgate/kit/core'
import type { Kept, Principal } from '@tollgate/kit/directory'
import type { Rates } from '@tollgate/kit/limits'
import { type Tier, tierGate } from '@tollgate/kit/stages/tier-check'
import { type Config, DEFAULT_TIER } from '../config/index.ts'

/** Tiers by name, the least first, with the rates that come with them. */
export type RatedTiers = Readonly<Record<string, Tier & { readonly rates?: Rates }>>

/** What callers may have: by the tiers of the moment, whose they are, and what was granted besides. */
export interface TierRules {
  /** The tiers of an org, the least first: those of its directory, which has the config's. */
  readonly tiersOf: (org: string) => RatedTiers | Promise<RatedTiers>
  /** Undefined: no tier at all, which no model is open to. */
  readonly tierOf: CallerTier
  /** The same, and who of the caller's it is stated for. */
  readonly heldTierOf: CallerHeldTier
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
  const stated: RatedTiers = Object.fromEntries(
    tiers.map(({ name, models, endpoints, approval, caps, rates }) => [
      name,
      { models, endpoints, approval, ...(caps && { caps }), ...(rates && { rates }) },
    ]),
  )
  const tiersOf = tiersIn(records, (org) => (org === own ? stated : {}))
  const grants = grantView({ cache: records, clock })
  const heldOf = callerHeldTier({
    cache: records,
    stated: new Map([
      ...teams.flatMap(({ id, tier }) => (tier === undefined ? [] : [[`team:${id}`, tier] as const])),
      ...keys.flatMap(({ id, tier }) => (tier === undefined ? [] : [[`key:${id}`, tier] as const])),
    ]),
  })
  const heldTierOf: CallerHeldTier = async (principal) => {
    const held = await heldOf(principal)
    if (held !== undefined) return held
    const isThere = Object.hasOwn(await tiersOf(principal.org), DEFAULT_TIER)
    return isThere ? { tier: DEFAULT_TIER, holder: undefined } : undefined
  }
  const tierOf: CallerTier = async (principal) => (await heldTierOf(principal))?.tier
  return {
    tiersOf,
    tierOf,
    heldTierOf,
    grants,
    async opener(principal) {
      const gate = tierGate(await tiersOf(principal.org))
      const tier = (await tierOf(principal)) ?? ''
      const granted = await grants.of(principal)
      return (model) =>
        gate({ principal, tier, granted }, { path: CONVERSATION, model }).refusal === undefined
    },
  }
}

/** Tiers as they are kept; where none are, what a config states that nobody has reconciled yet. */
function tiersIn(
  records: Pick<RecordCache, 'all'>,
  stated: (org: string) => RatedTiers,
): TierRules['tiersOf'] {
  const read = new WeakMap<readonly Kept<'tier'>[], RatedTiers>()
  const readOnce = (org: string, kept: readonly Kept<'tier'>[]): RatedTiers => {
    if (kept.length === 0) return stated(org)
    const known = read.get(kept)
    if (known) return known
    const ranked = [...kept].sort((a, b) => a.value.rank - b.value.rank)
    const made: RatedTiers = Object.fromEntries(ranked.map(({ id, value }) => [id, value]))
    read.set(kept, made)
    return made
  }
  return (org) => {
    const kept = records.all('tier', org)
    return kept instanceof Promise ? kept.then((all) => readOnce(org, all)) : readOnce(org, kept)
  }
}
