import type { TierRecord, Wanted } from '../directory/records.ts'
import { modelPattern } from '../wire/model-pattern.ts'

/** Whose approval something takes, the least first. */
export const APPROVALS = ['none', 'team-lead', 'director', 'admin'] as const
export type Approval = (typeof APPROVALS)[number]

/** Tiers as far as they say who approves. */
export type KnownTiers = ReadonlyMap<
  string,
  Pick<TierRecord, 'models' | 'rank'> & { readonly approval?: string }
>

/**
 * Whose approval it takes to give all of it. A tier says whose approval it takes; a model takes that of the least tier
 * that has it. More money or a higher rate is given from above: to anybody below a team by its lead, to a team by a
 * director, to the org by an administrator.
 */
export function approvalFor(wanted: Wanted, account: string, tiers: KnownTiers): Approval {
  const needed = [
    ...(wanted.tier === undefined ? [] : [approvalOf(tiers.get(wanted.tier))]),
    ...(wanted.models ?? []).map((model) => approvalOf(leastWith(model, tiers))),
    ...(wanted.raise || wanted.rates ? [fromAbove(account)] : []),
  ]
  return needed.reduce((most, one) => (APPROVALS.indexOf(one) > APPROVALS.indexOf(most) ? one : most), 'none')
}

/** A tier may say it in words of its own: only an administrator can know what is meant. */
function approvalOf(tier: { readonly approval?: string } | undefined): Approval {
  if (!tier) return 'admin'
  const { approval = 'none' } = tier
  return APPROVALS.find((known) => known === approval) ?? 'admin'
}

function leastWith(model: string, tiers: KnownTiers): { readonly approval?: string } | undefined {
  return [...tiers.values()]
    .sort((a, b) => a.rank - b.rank)
    .find(({ models }) => models.some((pattern) => covers(pattern, model)))
}

/**
 * Whether a pattern opens all that is wanted: a name when it matches it, another pattern only when it is the same, or is
 * open to every model.
 */
function covers(pattern: string, wanted: string): boolean {
  return wanted.includes('*') ? pattern === wanted || pattern === '*' : modelPattern(pattern)(wanted)
}

function fromAbove(account: string): Approval {
  if (account.startsWith('team:')) return 'director'
  return account.startsWith('org:') ? 'admin' : 'team-lead'
}
