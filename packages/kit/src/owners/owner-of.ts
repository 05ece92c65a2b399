import { accountPath, type Principal } from '../directory/principal.ts'

/** Among whom it is shared what somebody has stored, from the fewest to the most. */
export const OWNED_PER = ['key', 'user', 'project', 'team', 'org'] as const

export type OwnedPer = (typeof OWNED_PER)[number]

/**
 * Who owns what a caller makes: its key, or its next wider account where it has none, and always within its org. All of the
 * path down to there: a key that is moved to another team has what it makes there, and leaves behind what it has made.
 */
export function ownerOf(principal: Principal, per: OwnedPer): string {
  const path = accountPath(principal)
  const kinds = OWNED_PER.slice(OWNED_PER.indexOf(per))
  const own = kinds.map((kind) => path.findIndex((account) => account.startsWith(`${kind}:`)))
  const at = own.find((index) => index !== -1) ?? 0
  return JSON.stringify(path.slice(0, at + 1))
}
