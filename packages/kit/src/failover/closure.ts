import type { FailureKind } from './failure.ts'

/**
 * Why a deployment is not to be asked now. `failing`: its breaker is open; `probing`: one call tries whether it is well
 * again; `forecast`: its provider has said that it would refuse. Else the failure for which its key rests.
 */
export type ClosureReason = 'failing' | 'probing' | 'forecast' | FailureKind

/** A part of a route that is shut for a while. */
export interface Closure {
  /** What is shut: `openai/gpt-4o`, that with one key of several (`openai/gpt-4o#2`), or the key itself (`openai#2`). */
  readonly id: string
  readonly why: ClosureReason
  /** Ms since the epoch. */
  readonly untilMs: number
}

/** How long a provider may shut a key, whatever it says, ms. */
export const LONGEST_MS: number = 24 * 3_600_000

/** How long it is shut where the provider does not say. */
const UNSAID_MS: Readonly<Partial<Record<FailureKind, number>>> = {
  rate_limited: 1_000,
  quota: 60_000,
  auth: 60_000,
}

/** Until when a key is not used after such a failure: as long as the provider said. */
export function coolUntil(kind: FailureKind, retryAfterMs: number | undefined, nowMs: number): number {
  return nowMs + Math.min(LONGEST_MS, retryAfterMs ?? UNSAID_MS[kind] ?? 0)
}
