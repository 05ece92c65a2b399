import type { Principal } from '../directory/principal.ts'

/** Who asks, or decides: a person, a key that nobody in particular has, or whoever holds the operator's own token. */
export type Party =
  | { readonly admin: true }
  | { readonly user: string; readonly key?: string }
  | { readonly user?: undefined; readonly key: string }

/** Who has approved what needs no approval. */
export const NOBODY = 'nobody'

/** What is kept of a party: the person where one is known, so that a second key does not make somebody else of it. */
export function partyName(party: Party): string {
  if ('admin' in party) return 'admin'
  return party.user === undefined ? `key:${party.key}` : `user:${party.user}`
}

/** Who a caller is; undefined where it names neither a person nor a key. */
export function partyOf({ user, key }: Pick<Principal, 'user' | 'key'>): Party | undefined {
  if (user !== undefined) return { user, ...(key !== undefined && { key }) }
  return key === undefined ? undefined : { key }
}
