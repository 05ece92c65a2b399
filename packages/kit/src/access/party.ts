import type { Principal } from '../directory/principal.ts'

/** Who asks, or decides: a person, a key that nobody in particular has, or whoever holds a token of the operator's. */
export type Party =
  /** `name` is which token, as decisions keep it: `admin` when there is but one. */
  | { readonly admin: true; readonly name?: string }
  | { readonly user: string; readonly key?: string }
  | { readonly user?: undefined; readonly key: string }

/** Who has approved what needs no approval. */
export const NOBODY = 'nobody'

/** What is kept of a party: the person where one is known, so that a second key does not make somebody else of it. */
export function partyName(party: Party): string {
  if ('admin' in party) return party.name ?? 'admin'
  return party.user === undefined ? `key:${party.key}` : `user:${party.user}`
}

/** Who a caller is; undefined where it names neither a person nor a key. */
export function partyOf({ user, key }: Pick<Principal, 'user' | 'key'>): Party | undefined {
  if (user !== undefined) return { user, ...(key !== undefined && { key }) }
  return key === undefined ? undefined : { key }
}
