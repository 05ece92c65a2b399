import type { RateMetric, Scope, Subject } from './rates.ts'

/**
 * Limits: how fast somebody may go.
 *
 * A request counts in several *scopes* at once: its key's, its user's, its team's, its model's. It is *taken* from all of
 * them or from none, before it is sent: one of the requests of the minute, the tokens that it is expected to use, and a
 * slot for as long as it runs. When it has ended its slots are *given* back, and its real tokens stand in the place of the
 * expected ones; a request that a later stage refused gives everything back, as if it had never come.
 *
 * - **Requests** are counted in windows of a minute, each of which begins with the first request that asks. So twice a
 *   minute's requests can pass within seconds, at the edge of two windows; never more.
 * - **Tokens** fill a bucket that holds a minute's worth and runs out within a minute, evenly. A request that uses more
 *   than it was expected to leaves a debt, and those after it wait until that has run out; one that is expected to use
 *   more than a whole minute's waits for an empty bucket, and passes.
 * - **Slots** are leases: whoever runs holds on to them, and what a dead process held comes free after half a minute.
 *
 * Nothing of it is money: what may be spent is the ledger's to decide, and stays decided by it when limits are lost. A
 * refusal is a value; a rejected promise means that a program is not installed, never that a store is away.
 */
export interface Limits {
  /** Take a request from every one of its scopes, or say which keeps it waiting for longest. A refusal takes nothing. */
  take(request: LimitedRequest): Promise<TakeResult>

  /**
   * End a request that was taken: with the tokens that it really used, or with `nothing` when it was refused after all;
   * then its request is given back as well, unless that minute is over. The second time changes nothing.
   */
  give(taken: Taken, used: Used): Promise<void>

  /** Where scopes stand, with nothing taken. */
  read(org: string, scopes: readonly Scope[]): Promise<readonly LimitStanding[]>

  /** Shut a caller out for a while, for whatever of its requests: each time for twice as long, until it has been quiet for a day. */
  shut(org: string, caller: Subject, why: string): Promise<Shut>

  /** Hold on to no slot any more, and close the store. */
  close(): Promise<void>
}

export interface LimitedRequest {
  readonly org: string
  /** Chosen by the caller; of no other request. */
  readonly id: string
  /** Who is shut out when it runs away: whatever names the caller most closely. */
  readonly caller: Subject
  /** The closest first: where it is refused, those after it have not been asked. Each subject once. */
  readonly scopes: readonly Scope[]
  /** That it is expected to use, input and output. */
  readonly tokens: number
}

export type TakeResult =
  | { readonly status: 'taken'; readonly taken: Taken; readonly standings: readonly LimitStanding[] }
  | Limited
  /** The caller is shut out. */
  | { readonly status: 'shut'; readonly retryAfterMs: number; readonly why: string }

/** Why a request has to wait, and for how long. */
export interface Limited {
  readonly status: 'limited'
  /** The limit that keeps it waiting for longest. */
  readonly standing: LimitStanding
  /**
   * When it would pass if nothing else happened meanwhile, ms from now. Nobody knows when a slot comes free: a second
   * then.
   */
  readonly retryAfterMs: number
}

/** Where one limit stands. */
export interface LimitStanding {
  readonly subject: Subject
  readonly metric: RateMetric
  readonly limit: number
  /** 0 where there is a debt. */
  readonly remaining: number
  /** Until all of it is there again, ms; 0 for slots, of which nobody knows. */
  readonly resetMs: number
}

/** A request that was taken, for whoever ends it; what is in it is the store's. */
export interface Taken extends LimitedRequest {
  readonly points: readonly Point[]
}

/** One of a minute's requests. */
export interface Point {
  readonly subject: Subject
  readonly rpm: number
  /** When its minute is over, ms since the epoch. */
  readonly endsAtMs: number
}

export type Used = { readonly tokens: number } | 'nothing'

export interface Shut {
  /** How long from now, ms. */
  readonly forMs: number
  /** The how manieth time. */
  readonly trips: number
  /** Somebody had done so already, and it was not done again. */
  readonly repeat: boolean
}
