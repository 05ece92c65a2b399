/**
 * What a provider generated for one call, in tokens, by kind. The kinds do not overlap: each token is counted once, at
 * the kind it is billed as. `reasoning` alone is for information, and is part of `output`.
 */
export interface Usage {
  /** Input that was neither cached nor audio. */
  readonly input: number
  /** Input read from the provider's prompt cache; cached audio counts as audio. */
  readonly cachedInput?: number
  /** Input written to the provider's prompt cache. */
  readonly cacheWrite?: number
  readonly audioInput?: number
  /** Output other than audio, reasoning included. */
  readonly output: number
  readonly audioOutput?: number
  /** The part of `output` that the client does not see. */
  readonly reasoning?: number
}

/** All tokens of a usage, each counted once: what a budget in tokens counts. */
export function totalTokens(usage: Usage): number {
  return (
    usage.input +
    (usage.cachedInput ?? 0) +
    (usage.cacheWrite ?? 0) +
    (usage.audioInput ?? 0) +
    usage.output +
    (usage.audioOutput ?? 0)
  )
}
