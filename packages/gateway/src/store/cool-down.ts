import type { Config } from '../config/index.ts'

/** However often it was tripped, a breaker lets its caller in again after so long, ms; unless it is told to take longer. */
const LONGEST_MS = 3_600_000

/** For how long whoever runs away is shut out, by the config. */
export function coolDownOf({ runaway }: Pick<Config, 'runaway'>): {
  readonly firstMs: number
  readonly longestMs: number
} {
  return { firstMs: runaway.coolDownMs, longestMs: LONGEST_MS }
}
