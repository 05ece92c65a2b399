import type { Adjust, AdjustResult } from './adjust.ts'
import type { AccountId, Amounts, Budget, Metric, Window } from './budget.ts'
import type { RaiseBudget, RaiseResult } from './raise.ts'

export * from './adjust.ts'
export * from './budget.ts'
export type { RaiseBudget, RaiseResult } from './raise.ts'

/**
 * The ledger: the one place where money moves.
 *
 * A request is charged to a *path* of accounts (org → team → project → user → key). Before the provider is called the
 * worst it can cost is *reserved* on all of them in one atomic step, or on none; afterwards the reservation is *settled*
 * at the real cost, or *released* when nothing was bought. A reservation that nobody ends *expires*: it is charged in
 * full and marked unconfirmed, because the provider has probably billed it.
 *
 * Each org has books of its own, and every command says whose it means. Accounts and reservations are named within an
 * org: two of them may both have a `team:marketing`, and an id of one means nothing to the other. Money never moves
 * between orgs, so that an org's books are also the unit of storage: one step that is atomic touches one org only (on
 * Redis Cluster one hash slot, named by the org), and a store may keep each org somewhere else.
 *
 * Every amount in a command is an absolute total, never a delta, and every command may be repeated: the second time it
 * changes nothing. A refusal is a value; a rejected promise means that the store is broken or slow and that the effect
 * is **unknown** (release the id, and refuse the request).
 */
export interface Ledger {
  /** Make an account, or replace its budgets. Counters stay. */
  provision(org: string, account: AccountId, budgets: readonly Budget[]): Promise<ProvisionResult>

  /** Give a budget another raise, or take it away. Its limit stays, and an account that follows defaults goes on doing so. */
  raise(command: RaiseBudget): Promise<RaiseResult>

  /**
   * Reserve between `min` and `want` on every account of the path, in one atomic step; a denial writes nothing. A budget
   * refuses only a request that needs something of it: where `min` is 0 it grants what it has, down to nothing.
   *
   * @throws Error when the time of the books is more than a minute ahead of this machine's clock: one of them is wrong,
   * and nothing is to be charged to a window that has yet to come.
   */
  reserve(command: Reserve): Promise<ReserveResult>

  /**
   * Raise an open reservation to new totals (another attempt at a dearer deployment, a longer stream). Totals lower
   * than what is held are ignored. Denied leaves the reservation as it was, except for `consumed` and the deadline.
   * An expired reservation is revived. Once the window of a hard budget has ended its part is not raised any more: that
   * is denied as `reserved`, since a new reservation, in the new window, may well fit.
   */
  extend(command: Extend): Promise<ExtendResult>

  /** Move the deadlines of open reservations on, and note what each has been seen to cost so far. */
  heartbeat(org: string, beats: readonly Heartbeat[], ttlMs: number): Promise<HeartbeatResult>

  /** End a reservation at what it really cost, more than was reserved included (overdraft: always booked). */
  settle(command: Settle): Promise<SettleResult>

  /** End a reservation that bought nothing. An unknown id leaves a tombstone, so that a reserve still on its way cannot come to life. */
  release(org: string, id: string): Promise<ReleaseResult>

  /**
   * Expire what is past its deadline in any org, at most `limit` (100) at a time: charged in full, marked unconfirmed.
   * Returns each reservation that this call expired, for its audit record. Whoever calls this regularly also keeps the store tidy:
   * closed records go after max(2 × ttl, 10 minutes), an expired one's charge stands as it is after 7 days.
   */
  expire(limit?: number): Promise<readonly ExpiredReservation[]>

  /** The expired reservations whose charge nobody has confirmed yet, oldest first. */
  expired(filter?: ExpiredFilter): Promise<readonly ExpiredReservation[]>

  /** Settle expired reservations at what their last heartbeat had seen, or at zero: an operator's decision. What was consumed stays charged. */
  settleExpired(to: 'observed' | 'zero', filter?: ExpiredFilter): Promise<SettleExpiredResult>

  /** Correct a counter by a signed amount, with a reason, in its current window or that of `atMs`; `id` makes it repeatable. */
  adjust(command: Adjust): Promise<AdjustResult>

  /** The budgets of accounts of an org as they were given, limits apart from raises; undefined for one that is not in the books. */
  budgetsOf(org: string, accounts: readonly AccountId[]): Promise<readonly (readonly Budget[] | undefined)[]>

  /** What accounts of an org have spent, reserved and left: the implicit total first, then their budgets. Sees all commands before it. */
  read(org: string, accounts: readonly AccountId[]): Promise<readonly AccountState[]>

  /**
   * The smallest hard limit per metric on a path, as this process last saw it; a metric without one is absent. It sizes
   * reservations and decides nothing, so it may be a moment old, and it answers at once.
   */
  smallestLimits(org: string, path: readonly AccountId[]): Partial<Record<Metric, number>>

  /** Every account that the books of an org know, or of all orgs, with the same figures; of one org also a page at a time. */
  accounts(org?: string, page?: AccountPage): Promise<readonly AccountState[]>

  /** Finish what is queued, then close the store. */
  close(): Promise<void>
}

export type ProvisionResult = { readonly status: 'ok' | 'unchanged' }

export interface Reserve {
  readonly org: string
  /** UUIDv7, made by the caller; the same id and amounts again return the same grant. */
  readonly id: string
  /** 1 to 8 accounts of the org, outermost first; the org's own, if any, is `org:` and its name. */
  readonly path: readonly AccountId[]
  /** Less than this is a denial. */
  readonly min: Amounts
  /** The worst case; the grant is as much of it as every hard budget has left. */
  readonly want: Amounts
  /** Whether `want` is known to be a bound, or only believed (then it is denied once overdraft has added up). */
  readonly bound: 'proven' | 'soft'
  /** How long the reservation lives without a heartbeat. */
  readonly ttlMs: number
  /** The process that answers for it: instance and boot. */
  readonly owner: string
  /** Report what would have been denied instead of denying it. */
  readonly observe?: boolean
  /** Kept with the reservation for the audit record of one that expires. */
  readonly memo: ReservationMemo
}

/** What the record of an expired reservation needs to say, kept beside the money. */
export interface ReservationMemo {
  readonly requestId: string
  readonly model: string
  readonly priceVersion: string
  /** Cost attribution, for instance `{ feature: 'search' }`. */
  readonly tags?: Readonly<Record<string, string>>
}

/** Where one budget of one account stands. */
export interface Standing {
  readonly account: AccountId
  readonly budget: string
  readonly metric: Metric
  readonly window: Window
  /** With its raise, while that lasts. */
  readonly limit: number
  /** Settled in this window, unconfirmed charges included. */
  readonly spent: number
  readonly reserved: number
  /** The part of `spent` that expired reservations were charged and nobody has confirmed. */
  readonly unconfirmed: number
  /** limit − spent − reserved; negative after an overdraft or a lowered limit. */
  readonly remaining: number
  /** When the window ends, ms since the epoch; null for `total`. */
  readonly resetAtMs: number | null
}

/**
 * Why a request did not fit. `exceeded`: spent money leaves no room. `reserved`: it would fit but for what running
 * requests hold. `overdraft`: costs beyond their reservations have added up, and this request's bound is not proven.
 */
export interface Shortfall extends Standing {
  readonly reason: 'exceeded' | 'reserved' | 'overdraft'
}

export type ReserveResult =
  | {
      readonly status: 'ok'
      /** The id had been reserved before, with the same amounts. */
      readonly repeat: boolean
      readonly granted: Amounts
      /** The hard USD budget with the least left after this grant, of those whose window lasts; absent when there is none. */
      readonly tightest?: Standing
      /** Budgets that would have refused: soft ones, and all of them when observing. A repeat hears what the first heard. */
      readonly would: readonly Shortfall[]
    }
  | { readonly status: 'denied'; readonly shortfall: Shortfall }
  | { readonly status: 'no_account'; readonly account: AccountId; readonly reason: NoAccountReason }
  /** `finished`: the id has been settled, released or expired. `conflict`: it was reserved with other amounts. */
  | { readonly status: 'finished' | 'conflict' }

/**
 * Why an account is not in the books: never `unknown` for a kind with default budgets; `gone` when it has been charged
 * before and its limits are lost, which is never answered with a fresh budget; `too_many` when its parent has as many
 * accounts that nobody provisioned as are allowed.
 */
export type NoAccountReason = 'unknown' | 'gone' | 'too_many'

export interface Extend {
  readonly org: string
  readonly id: string
  readonly min: Amounts
  readonly want: Amounts
  /** What has been bought so far; it counts as spent from now on. */
  readonly consumed: Amounts
  readonly ttlMs: number
}

export type ExtendResult =
  | { readonly status: 'open' | 'revived'; readonly granted: Amounts }
  | { readonly status: 'denied'; readonly shortfall: Shortfall }
  | { readonly status: 'finished' | 'unknown' }

export interface Heartbeat {
  readonly id: string
  readonly observed: Amounts
}

export interface HeartbeatResult {
  /** Ids that are no longer open: ended by somebody else. */
  readonly notOpen: readonly string[]
  /** Ids that had expired and are open again. */
  readonly revived: readonly string[]
}

/**
 * `exact`: the provider said so; final. `estimated`: counted or bounded by us; the exact amount or a higher estimate may
 * follow, anything else is a repeat and changes nothing.
 */
export type Basis = 'exact' | 'estimated'

export interface Settle {
  readonly org: string
  readonly id: string
  readonly actual: Amounts
  readonly basis: Basis
  /**
   * To be told how budgets stand afterwards, and which of these percentages of a limit they have reached: whole numbers
   * from 1 to 200, ten at most.
   */
  readonly alertAt?: readonly number[]
}

/** A budget that has reached so many percent of its limit. */
export interface Crossing extends Standing {
  readonly percent: number
}

export type SettleResult =
  /** `late`: it had expired or been released; booked all the same. */
  | {
      readonly status: 'settled' | 'repeat' | 'late'
      readonly overdraft: boolean
      /**
       * Where `alertAt` asked: the hard USD budget with the least left, of those whose window lasts; absent when there is
       * none, and for a repeat.
       */
      readonly tightest?: Standing
      /**
       * Where `alertAt` asked: the budgets, soft ones too, that have reached a percentage with what this request is
       * charged, and would not have without it, in windows that last: of one that has ended nothing is told. A repeat is
       * told what the settle was told that it repeats. Each crossing is told to one request, unless charges have been
       * corrected downwards in between.
       */
      readonly crossed?: readonly Crossing[]
    }
  /** Another exact amount for a settled id; nothing changes. */
  | { readonly status: 'conflict' }
  /** No such reservation, or none that says which accounts to charge: kept in the `unbooked` list for an operator. */
  | { readonly status: 'unbooked' }

/** `tombstoned`: the id was unknown, and is ended from now on. `conflict`: it had been settled; nothing changes. */
export type ReleaseResult = { readonly status: 'released' | 'tombstoned' | 'repeat' | 'conflict' }

export interface ExpiredReservation {
  readonly org: string
  readonly id: string
  readonly owner: string
  readonly path: readonly AccountId[]
  readonly memo: ReservationMemo
  readonly reserved: Amounts
  /** What it is charged at now: everything that was reserved, until somebody settles it. */
  readonly charged: Amounts
  /** What the last heartbeat had seen. */
  readonly observed: Amounts
  readonly reservedAtMs: number
  readonly expiredAtMs: number
}

export interface ExpiredFilter {
  /** Absent: of every org. */
  readonly org?: string
  readonly owner?: string
  /** Expired at or after this time, ms. */
  readonly sinceMs?: number
}

export interface SettleExpiredResult {
  /** The reservations that were settled, oldest first, each `charged` as it is now: its audit record follows the books. */
  readonly settled: readonly ExpiredReservation[]
  /** Nano-USD that they were charged at before, and after. */
  readonly before: number
  readonly after: number
}

/** Which accounts of an org are meant, by name, ascending. */
export interface AccountPage {
  /** Only accounts whose name sorts after this one: the last of the page before. */
  readonly after?: string
  /** Accounts on the page; fewer are on the last one. */
  readonly limit: number
}

export interface AccountState {
  readonly org: string
  readonly account: AccountId
  /** All time, nano-USD. */
  readonly spent: number
  readonly reserved: number
  readonly unconfirmed: number
  readonly budgets: readonly Standing[]
}
