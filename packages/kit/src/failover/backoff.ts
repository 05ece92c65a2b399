export interface BackoffOptions {
  /** The longest first pause, ms. */
  readonly baseMs?: number
  /** The longest of all, ms. */
  readonly maxMs?: number
  /** From 0 to below 1. */
  readonly random?: () => number
}

/**
 * How long to wait before round 0, 1, 2 … of retries, ms: anything up to a bound that doubles. With full jitter those who
 * failed together do not come back together. https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
 */
export function fullJitter({
  baseMs = 250,
  maxMs = 8_000,
  random = Math.random,
}: BackoffOptions = {}): (round: number) => number {
  return (round) => random() * Math.min(maxMs, baseMs * 2 ** round)
}
