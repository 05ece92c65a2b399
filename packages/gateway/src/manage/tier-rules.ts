import { hint } from '../config/nearest.ts'
import { withArticle } from '../say/with-article.ts'
import { atLeast, type Manage, type Operator } from './manage.ts'
import { denied, invalid } from './refused.ts'

/** As many tiers as are named to whoever mistyped one. */
const NAMED = 100

/**
 * Whether an operator may give a tier: it must be there, and what a higher role approves is not had by another way.
 *
 * @throws TollgateError `invalid_request` or `permission_denied`.
 */
export async function checkTier(
  { directory: { records }, org }: Manage,
  { role }: Operator,
  tier: string | undefined,
): Promise<void> {
  if (tier === undefined) return
  const kept = await records.get('tier', org, tier)
  if (!kept) {
    const names = (await records.list('tier', org, { limit: NAMED })).map(({ id }) => id)
    throw invalid(
      'tier',
      `There is no tier ${tier}: ${names.length > 0 ? hint(tier, names).replace(/\?$/, '') : 'none is declared'}.`,
    )
  }
  const { approval = 'none' } = kept.value
  if (approval !== 'none' && !atLeast(role, approval))
    throw denied(
      `The tier ${tier} is approved by ${withArticle(approval)}, and you are ${withArticle(role)}. Ask for it by an access request.`,
    )
}

/** A team that is named must be there. @throws TollgateError `invalid_request`. */
export async function checkTeam(
  { directory: { records }, org }: Manage,
  team: string | undefined,
): Promise<void> {
  if (team === undefined || (await records.get('team', org, team))) return
  throw invalid('team', `There is no team ${team}: make it first.`)
}
