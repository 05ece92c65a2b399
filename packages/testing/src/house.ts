import type { ProviderUsage } from './prices.ts'

/** The ways of a provider that speaks OpenAI's dialect and is not OpenAI. */
export interface House {
  /** The only cap on output that it knows in Chat Completions; the other is refused. */
  readonly capField?: 'max_tokens' | 'max_completion_tokens'
  /** Other fields that it refuses. */
  readonly refuses?: readonly string[]
  /** Messages of developers are refused. */
  readonly noDeveloper?: boolean
  /**
   * When a stream tells its usage: where it was asked for, on its last chunk whether or not it was, on every chunk so far,
   * or twice at the end.
   */
  readonly tells?: 'asked' | 'untold' | 'every-chunk' | 'twice'
  /** The field of a chunk that its usage stands in: `x_groq` has it inside. */
  readonly chunkField?: 'usage' | 'x_groq'
  /** How it counts. */
  readonly usage?: (usage: ProviderUsage) => object
}
