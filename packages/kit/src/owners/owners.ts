import type { StoredFacts } from '../wire/stored/holdings.ts'

/** Things that were made at a provider, and by whom. */
export interface Claim {
  readonly owner: string
  /** The provider's name here. */
  readonly provider: string
  readonly ids: readonly string[]
  /** What is known of each; what was known before stays where this is absent. */
  readonly facts?: StoredFacts
  /** For how long they are remembered, ms; never for less than they already are. */
  readonly ttlMs: number
}

/** Whose something is, and what is known of it. */
export interface Owned {
  readonly owner: string
  readonly facts: StoredFacts
}

/**
 * Who made what providers store. A provider knows only the operator's key, and gives what it stores to whoever has an id; here
 * is written down whose each id is. Ids are kept as digests: the store tells nobody what could be asked for.
 *
 * What is not written down is nobody's. A store that does not answer rejects, and is taken for a no.
 */
export interface Owners {
  /**
   * Write down who made things; when this resolves, every process finds it. Whoever was first stays the owner until the thing
   * is forgotten: what somebody else claims after is left as it is, and nobody is told.
   */
  claim(claim: Claim): Promise<void> | void
  /** Those of the ids that somebody owns. */
  find(
    provider: string,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, Owned>> | ReadonlyMap<string, Owned>
  /** They are gone from the provider. */
  forget(provider: string, ids: readonly string[]): Promise<void> | void
  close(): Promise<void> | void
}
