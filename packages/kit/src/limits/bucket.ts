/**
 * A bucket of tokens that runs out within a minute. Amounts are in 60,000ths of a token: so many run out every ms as there
 * are tokens a minute, and all sums are of whole numbers, the same here and in Lua.
 */
export interface Bucket {
  readonly used: number
  /** When that was so, ms since the epoch. */
  readonly atMs: number
}

/** Units of a token. */
export const UNITS = 60_000

export const EMPTY: Bucket = { used: 0, atMs: 0 }

/**
 * What it still holds by now. A clock that was set back makes nothing run out, and nothing come back; from then on it runs
 * out by that clock, or whoever waits would wait until it has come to where it was.
 */
export function drained({ used, atMs }: Bucket, tpm: number, nowMs: number): Bucket {
  return {
    used: Math.max(0, used - tpm * Math.max(0, nowMs - atMs)),
    atMs: nowMs,
  }
}

/** How long until it has room for so many units more, ms; 0 when it has. */
export function waitMs({ used }: Bucket, need: number, tpm: number): number {
  return Math.max(0, Math.ceil((used + need - tpm * UNITS) / tpm))
}

/** With so many tokens more, or fewer, in it: a debt may be as high as it will, but nothing is ever lent in advance. */
export function poured({ used, atMs }: Bucket, tokens: number): Bucket {
  return { used: Math.max(0, used + tokens * UNITS), atMs }
}

/** How many tokens have room in it; below 0 for a debt. */
export function roomIn({ used }: Bucket, tpm: number): number {
  return Math.floor(tpm - used / UNITS)
}

/** Until it has run out, ms. */
export function emptyInMs({ used }: Bucket, tpm: number): number {
  return Math.ceil(used / tpm)
}
