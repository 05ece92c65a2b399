/** What is kept beside the books: keys of providers, sealed; closed months; what accounts had their budgets by; who was told of what. */
export type TextKind = 'provider_key' | 'closed_month' | 'provisioned' | 'grant_end'

/** Texts by name, kept beside the books of an org: of each kind that is listed few, and rarely changed. */
export interface KeptTexts {
  /** By name, ascending. */
  list(kind: TextKind): Promise<ReadonlyMap<string, string>>

  /**
   * Put a text where another one is, or none; only while that is still so.
   *
   * @param before what was read there; undefined: nothing.
   * @returns whether it is kept. If not, somebody else has been there first.
   */
  replace(kind: TextKind, name: string, text: string, before: string | undefined): Promise<boolean>

  /** @returns whether there was one. */
  remove(kind: TextKind, name: string): Promise<boolean>

  close(): Promise<void>
}
