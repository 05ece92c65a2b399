import { accountPath, type Principal } from '../directory/principal.ts'
import type { AccountId } from '../ledger/ledger.ts'
import type { CacheScope } from './entry.ts'

/** Among whom answers are shared, from the fewest to the most. `global`: with every org, which is for public content alone. */
export const SHARES = ['key', 'user', 'project', 'team', 'org', 'global'] as const

export type Share = (typeof SHARES)[number]

/** The narrower of two. */
export function narrower(one: Share, other: Share | undefined): Share {
  return other !== undefined && SHARES.indexOf(other) < SHARES.indexOf(one) ? other : one
}

/**
 * The accounts that a caller shares answers below. All of its path down to there, so that what is shared more narrowly is
 * never shared with anybody who would not have shared it before. A caller that has no such account (a key of no project)
 * shares at its next closer one; undefined where it has none, since a share of "nobody in particular" would be everybody's.
 */
export function scopeFor(principal: Principal, share: Share): CacheScope | undefined {
  if (share === 'global') return { org: '', accounts: [] }
  const path = accountPath(principal)
  const kinds = SHARES.slice(0, SHARES.indexOf(share) + 1)
  for (const kind of kinds.toReversed()) {
    const at = path.findIndex((account) => kindOf(account) === kind)
    if (at !== -1) return { org: principal.org, accounts: path.slice(0, at + 1) }
  }
  return undefined
}

/** Whether what is shared there is one user's or one key's alone: then nobody else can have put an answer there. */
export function isOfOne({ accounts }: CacheScope): boolean {
  return /^(user|key):/.test(accounts.at(-1) ?? '')
}

function kindOf(account: AccountId): string {
  return account.slice(0, account.indexOf(':'))
}
