/**
 * What a provider generated for one call, by kind. Kinds of tokens do not overlap: each token is counted once, at the kind
 * it is billed as. `reasoning` alone is for information, and is part of `output`.
 */
export interface Usage {
  /** Input that is of none of the other kinds. */
  readonly input: number
  /** Input read from the provider's prompt cache; cached audio counts as audio. */
  readonly cachedInput?: number
  /** Input written to the provider's prompt cache, where it is kept for minutes. */
  readonly cacheWrite?: number
  /** Input written to the provider's prompt cache, where it is kept for an hour. */
  readonly cacheWrite1h?: number
  readonly audioInput?: number
  readonly imageInput?: number
  /** Output that is of none of the other kinds, reasoning included. */
  readonly output: number
  readonly audioOutput?: number
  readonly imageOutput?: number
  /** The part of `output` that the model thought, and perhaps did not show. */
  readonly reasoning?: number
  /** Calls of a web search that the provider ran itself, each with a fee. */
  readonly webSearches?: number
  /** Pictures made, where they are billed by the piece. */
  readonly images?: number
  /** Sound read or made, where it is billed by time, ms. */
  readonly audioMs?: number
  /** Characters read aloud, where they are billed by the piece. */
  readonly characters?: number
  /** The tier that served the call, when it has prices of its own. */
  readonly serviceTier?: ServiceTier
  /** What other models did for the same call, at their own prices. */
  readonly others?: readonly OtherUsage[]
}

export type ServiceTier = 'flex' | 'priority' | 'batch'

export interface OtherUsage {
  readonly model: string
  readonly usage: Usage
}

/** All tokens of a usage, each counted once: what a budget in tokens counts. */
export function totalTokens(usage: Usage): number {
  let total = inputTokens(usage) + usage.output + (usage.audioOutput ?? 0) + (usage.imageOutput ?? 0)
  for (const other of usage.others ?? []) total += totalTokens(other.usage)
  return total
}

/** All tokens that were read: what decides on prices that grow with the length of the input. */
export function inputTokens(usage: Usage): number {
  const { input, cachedInput = 0, cacheWrite = 0, cacheWrite1h = 0, audioInput = 0, imageInput = 0 } = usage
  return input + cachedInput + cacheWrite + cacheWrite1h + audioInput + imageInput
}

/** Two usages of one request, kind by kind. A tier is named only where both were served in it. */
export function addUsage(a: Usage, b: Usage): Usage {
  const { serviceTier, others = [], ...counts } = a
  const sum: Record<string, number> = { ...counts }
  const { serviceTier: tier, others: more = [], ...added } = b
  for (const [kind, count] of Object.entries(added)) sum[kind] = (sum[kind] ?? 0) + count
  const all = [...others, ...more]
  return {
    ...(sum as unknown as Usage),
    ...(serviceTier !== undefined && serviceTier === tier ? { serviceTier } : {}),
    ...(all.length > 0 ? { others: all } : {}),
  }
}
