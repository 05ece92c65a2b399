import type { Shut } from './limits.ts'
import type { Scope, Subject } from './rates.ts'

/**
 * Tokens, slots and breakers: the part of limits that is decided in one step over all scopes of a request. Two stores
 * implement it, memory and Redis, each with the same sums in whole numbers.
 */
export interface Slots {
  /** All or nothing. `dry`: only ask. */
  take(request: SlotRequest, dry: boolean): Promise<SlotAnswer>
  /** Give slots back, with the tokens that were used; only where they still are. */
  give(request: SlotRequest, usedTokens: number): Promise<void>
  /** Hold on to the slots of requests that still run. */
  hold(org: string, requests: readonly Held[]): Promise<void>
  shut(org: string, caller: Subject, terms: ShutTerms): Promise<Shut>
  close(): Promise<void>
}

export interface Held {
  readonly id: string
  readonly subjects: readonly Subject[]
}

/** Scopes are those with a limit on tokens or slots. */
export interface SlotRequest {
  readonly org: string
  readonly id: string
  readonly caller: Subject
  readonly scopes: readonly Scope[]
  readonly tokens: number
}

export type SlotAnswer =
  | { readonly status: 'taken'; readonly states: readonly SlotState[] }
  | {
      readonly status: 'limited'
      /** Which of the scopes keeps it waiting for longest. */
      readonly place: number
      readonly metric: 'tokens' | 'concurrency'
      readonly waitMs: number
      readonly states: readonly SlotState[]
    }
  | { readonly status: 'shut'; readonly waitMs: number; readonly why: string }

/** Where a scope stands; of a request that was taken, with it. */
export interface SlotState {
  /** Below 0 for a debt; 0 where tokens are not limited. */
  readonly tokensLeft: number
  /** Until its bucket has run out, ms. */
  readonly wholeInMs: number
  readonly running: number
}

export interface ShutTerms {
  /** The first time, ms. */
  readonly firstMs: number
  /** At most, ms. */
  readonly longestMs: number
  readonly why: string
}

/** How long a slot lives unless it is held, ms. */
export const LEASE_MS = 30_000
/** How long one that nobody held is remembered, ms: a process that was only paused may still end it. */
export const LATE_MS = 600_000
/** What whoever finds no slot is told to wait, ms. */
export const SLOT_WAIT_MS = 1_000
/** How long a breaker remembers how often it was tripped, ms. */
export const TRIPS_KEPT_MS = 86_400_000
