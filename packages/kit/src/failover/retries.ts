import { type BackoffOptions, fullJitter } from './backoff.ts'
import { type RetryBudgetOptions, retryBudget } from './retry-budget.ts'

export interface RetryOptions extends BackoffOptions, RetryBudgetOptions {
  /** How often the deployments of a route are gone through again once each has failed; 0: never. */
  readonly max?: number
  /** How long after its begin a request may still begin another attempt, ms: waits for a provider's `retry-after` too. */
  readonly withinMs?: number
}

/** When to ask again those who have failed. Going on to another deployment is no retry, and waits for nothing. */
export interface Retries {
  /** A request has come. */
  begin(): void
  /**
   * How long to wait before the round, ms; undefined when there is to be none: rounds, time or the share of traffic are
   * used up.
   *
   * @param waitMs what a provider asks for, at least.
   */
  pauseMs(round: number, waitMs: number, elapsedMs: number): number | undefined
  /** Whether one more may be asked of whom nobody knows whether they are well: it counts as a retry. */
  allowOne(elapsedMs: number): boolean
}

/**
 * Full jitter within one deadline for the whole request, and within a share of all traffic.
 *
 * @example
 * retries({ max: 2, withinMs: 30_000, share: 0.1 })
 */
export function retries({ max = 2, withinMs = 30_000, ...options }: RetryOptions = {}): Retries {
  const backoff = fullJitter(options)
  const budget = retryBudget(options)
  return {
    begin: () => budget.earn(),
    pauseMs(round, waitMs, elapsedMs) {
      if (round >= max) return undefined
      const pauseMs = waitMs + backoff(round)
      if (elapsedMs + pauseMs > withinMs || !budget.spend()) return undefined
      return pauseMs
    },
    allowOne: (elapsedMs) => max > 0 && elapsedMs <= withinMs && budget.spend(),
  }
}
