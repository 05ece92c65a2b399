/**
 * Whether a text is worth embedding while its request waits. Sums over the look-ups of a partition, of which the last few
 * hundred count: all integers, in nano-USD.
 */
export interface Worth {
  readonly looks: number
  /** What hits have saved. */
  readonly savedNanoUsd: number
  /** What looking has cost: embeddings, and the time that requests have waited for them. */
  readonly spentNanoUsd: number
}

/** A partition that nobody has looked into. */
export const UNTRIED: Worth = { looks: 0, savedNanoUsd: 0, spentNanoUsd: 0 }

/** One look-up: what it saved, zero for a miss, and what it cost. */
export interface Look {
  readonly savedNanoUsd: number
  readonly costNanoUsd: number
  /** How long its request waited for it, ms. */
  readonly tookMs: number
}

export interface WorthOptions {
  /** What a millisecond of a request's time is worth, nano-USD: by default a dollar for three hours. */
  readonly nanoUsdPerMs?: number
  /** Look-ups before anything is concluded from them. */
  readonly minLooks?: number
  /** The share of look-ups that are made all the same, where they do not pay: to find out when they do. */
  readonly probeShare?: number
  /** The longest text that is embedded, in UTF-16 units. */
  readonly maxLength?: number
}

/** What is to be decided on. */
export interface Question {
  /** Rows in the partition; undefined while that is not known. */
  readonly rows: number | undefined
  /** The text's length in UTF-16 units. */
  readonly length: number
  /** From 0 to 1, drawn for this question. */
  readonly chance: number
}

/** `cooling`: look-ups of this partition have cost more than they saved. */
export type Verdict = 'embed' | 'empty' | 'too_long' | 'cooling'

/** With every look-up the sums lose this part of themselves, so that one counts for half after 177 others. */
const MEMORY = 256

/** Take a look-up into account. */
export function afterLook(worth: Worth, look: Look, { nanoUsdPerMs = 93 }: WorthOptions = {}): Worth {
  const spent = look.costNanoUsd + Math.round(look.tookMs * nanoUsdPerMs)
  return {
    looks: Math.min(worth.looks + 1, MEMORY),
    savedNanoUsd: faded(worth.savedNanoUsd) + look.savedNanoUsd,
    spentNanoUsd: faded(worth.spentNanoUsd) + spent,
  }
}

const faded = (sum: number): number => sum - Math.floor(sum / MEMORY)

/**
 * Whether to embed while the request waits. Where nothing can be found (the partition is empty, or still being loaded), and
 * where it does not pay, the text is embedded after the answer, for the entry which that becomes.
 */
export function worthEmbedding(
  worth: Worth,
  { rows, length, chance }: Question,
  { minLooks = 64, probeShare = 0.01, maxLength = 2_000 }: WorthOptions = {},
): Verdict {
  if (length > maxLength) return 'too_long'
  if (!rows) return 'empty'
  const pays = worth.looks < minLooks || worth.savedNanoUsd >= worth.spentNanoUsd
  return pays || chance < probeShare ? 'embed' : 'cooling'
}
