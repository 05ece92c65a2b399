import type { ConversationEndpoint } from './endpoint.ts'

/** Where a provider differs from whoever's dialect it speaks: data, which the dialect's own room acts on. */
export interface Quirks {
  /** The only field that it takes a cap on the output of Chat Completions by; either of them when absent. */
  readonly capField?: CapField
  /**
   * `untold`: its streams end with their usage without being asked for it, and a request that does ask, by `stream_options`,
   * is refused.
   */
  readonly streamUsage?: 'untold'
  /** How its usage differs. */
  readonly usage?: UsageQuirks
  /** `system`: it has no developers' messages in Chat Completions; a translation gives them to it as the system's. */
  readonly developerRole?: 'system'
  /** Top-level fields of Chat Completions that it refuses or does not know: a translation says what it means without them. */
  readonly unsupported?: readonly string[]
  /**
   * Its endpoints for conversations of other dialects: the one that loses least is taken, the first of several. Only the
   * most common one of its dialect when absent.
   */
  readonly conversations?: readonly ConversationEndpoint[]
}

export type CapField = 'max_tokens' | 'max_completion_tokens'

/** How a usage object differs from OpenAI's. Paths go down by dots from the object that is named. */
export interface UsageQuirks {
  /** Where else than in `usage` a chunk of a stream says it: `x_groq.usage`. */
  readonly elsewhere?: string
  /** Inside usage: the count of input that came from the cache. */
  readonly cachedInput?: string
  /** `beside`: `completion_tokens` leave out what `reasoning_tokens` count, and both are billed. */
  readonly reasoning?: 'beside'
  /** Inside usage: `input_tokens` and `output_tokens` that are billed, where those that are read are more. */
  readonly billed?: string
}
