/** What was stored of answers, by their ids and by those of their items: how many tokens each is when it is read again. */
export interface StoredInput {
  keep(id: string, tokens: number): void
  /** Undefined for what is not stored. */
  tokensOf(id: unknown): number | undefined
}

/** More than any test goes on with; the oldest are forgotten first. */
const MOST = 10_000

export function storedInput(): StoredInput {
  const tokens = new Map<string, number>()
  return {
    keep(id, count) {
      tokens.set(id, count)
      if (tokens.size > MOST) tokens.delete(tokens.keys().next().value!)
    },
    tokensOf: (id) => (typeof id === 'string' ? tokens.get(id) : undefined),
  }
}
