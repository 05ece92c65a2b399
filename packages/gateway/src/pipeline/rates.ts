import type { HeldTier } from '@tollgate/kit/access'
import type { Principal } from '@tollgate/kit/directory'
import type { Rates, Scope, Subject } from '@tollgate/kit/limits'
import { modelPattern } from '@tollgate/kit/stages/tier-check'
import type { Config } from '../config/index.ts'
import type { TierRules } from './tiers.ts'

export type ScopesOf = (principal: Principal, model: string | undefined) => Promise<readonly Scope[]>

/**
 * How fast a caller may go, the closest account first: its key, its user, its project, its team, and then the model that
 * it asks for. Where an account states nothing its tier does, and else the defaults of its kind.
 */
export function scopesOf(
  { keys, teams, defaultRates, models }: Pick<Config, 'keys' | 'teams' | 'defaultRates' | 'models'>,
  { tiersOf, heldTierOf }: Pick<TierRules, 'tiersOf' | 'heldTierOf'>,
): ScopesOf {
  const ofKey = new Map(keys.map(({ id, rates }) => [id, rates]))
  const ofTeam = new Map(teams.map(({ id, rates }) => [id, rates]))
  const families = models.map(({ model, rates }) => ({
    scope: { subject: `model:${model}` as const, ...rates },
    matches: modelPattern(model),
  }))

  return async (principal, model) => {
    const { key, user, project, team, scopes } = principal
    const held = await heldTierOf(principal)
    const ofTier = held && (await tiersOf(principal.org))[held.tier]?.rates
    const holder = ofTier && holderOf(principal, held)
    const by = (kind: Holder) => (kind === holder ? ofTier : undefined)
    const family = model === undefined ? undefined : families.find(({ matches }) => matches(model))
    return [
      ...within(scope('key', key, defaultRates.key, by('key'), ofKey.get(key ?? '')), key, scopes?.rates),
      ...scope('user', user, defaultRates.user, by('user')),
      ...scope('project', project, defaultRates.project, by('project')),
      ...scope('team', team, defaultRates.team, by('team'), ofTeam.get(team ?? '')),
      ...(family ? [family.scope] : []),
    ]
  }
}

type Holder = 'key' | 'user' | 'project' | 'team'

/**
 * Whose requests the rates of a tier are counted for: all those of whoever the tier is stated for. A tier of the org, or
 * of nobody in particular, is counted for each team; a caller without a team is counted for itself.
 */
function holderOf({ key, user, team }: Principal, { holder }: HeldTier): Holder | undefined {
  if (holder !== undefined && holder !== 'org') return holder
  if (team !== undefined) return 'team'
  if (key !== undefined) return 'key'
  return user === undefined ? undefined : 'user'
}

/** A key goes no faster than it is confined to, whatever else it may. */
function within(said: readonly Scope[], key: string | undefined, most: Rates | undefined): readonly Scope[] {
  if (key === undefined || most === undefined) return said
  const [own = { subject: `key:${key}` as const }] = said
  const least = (rate: keyof Rates) => {
    const given = [own[rate], most[rate]].filter((each) => each !== undefined)
    return given.length > 0 && { [rate]: Math.min(...given) }
  }
  return [{ ...own, ...least('rpm'), ...least('tpm'), ...least('concurrency') }]
}

/** Field by field, what is said last wins. */
function scope(kind: Holder, id: string | undefined, ...said: readonly (Rates | undefined)[]): Scope[] {
  if (id === undefined || said.every((rates) => rates === undefined)) return []
  const subject: Subject = `${kind}:${id}`
  return [Object.assign({ subject }, ...said)]
}
