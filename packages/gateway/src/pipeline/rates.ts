import type { Principal } from '@tollgate/kit/directory'
import type { Rates, Scope, Subject } from '@tollgate/kit/limits'
import { modelPattern } from '@tollgate/kit/stages/tier-check'
import type { Config } from '../config/index.ts'
import type { TierRules } from './tiers.ts'

export type ScopesOf = (principal: Principal, model: string | undefined) => Promise<readonly Scope[]>

/**
 * What a config says of how fast a caller may go, the closest first: its key, its user, its project, its team, and then the
 * model that it asks for. What an account does not state, its tier says, and then the defaults of its kind.
 */
export function scopesOf(
  {
    keys,
    teams,
    tiers,
    defaultRates,
    models,
  }: Pick<Config, 'keys' | 'teams' | 'tiers' | 'defaultRates' | 'models'>,
  { tierOf }: Pick<TierRules, 'tierOf'>,
): ScopesOf {
  const ofKey = new Map(keys.map(({ id, rates }) => [id, rates]))
  const ofTeam = new Map(teams.map(({ id, rates }) => [id, rates]))
  const ofTier = new Map(tiers.flatMap(({ name, rates }) => (rates ? [[name, rates] as const] : [])))
  const families = models.map(({ model, rates }) => ({
    scope: { subject: `model:${model}` as const, ...rates },
    matches: modelPattern(model),
  }))

  return async (principal, model) => {
    const { key, user, project, team } = principal
    const tier = ofTier.size === 0 ? undefined : ofTier.get((await tierOf(principal)) ?? '')
    const family = model === undefined ? undefined : families.find(({ matches }) => matches(model))
    return [
      // A tier belongs to a team; of a caller that has none it says how fast the caller itself may go.
      ...scope('key', key, defaultRates.key, team === undefined ? tier : undefined, ofKey.get(key ?? '')),
      ...scope('user', user, defaultRates.user),
      ...scope('project', project, defaultRates.project),
      ...scope('team', team, defaultRates.team, tier, ofTeam.get(team ?? '')),
      ...(family ? [family.scope] : []),
    ]
  }
}

/** Field by field, what is said last wins. */
function scope(
  kind: 'key' | 'user' | 'project' | 'team',
  id: string | undefined,
  ...said: readonly (Rates | undefined)[]
): Scope[] {
  if (id === undefined || said.every((rates) => rates === undefined)) return []
  const subject: Subject = `${kind}:${id}`
  return [Object.assign({ subject }, ...said)]
}
