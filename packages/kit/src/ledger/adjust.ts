import type { AccountId, Metric } from './budget.ts'

export interface Adjust {
  readonly org: string
  readonly id: string
  readonly account: AccountId
  /** Budget id, or `total` for the implicit counter. */
  readonly budget: string
  /** Signed, in the budget's metric. */
  readonly delta: number
  readonly reason: string
  /** When it was spent, ms since the epoch: the window of then is corrected, ended or not. Absent: that of now. */
  readonly atMs?: number
  /** What reports are to show of it, where they are made of the books themselves; absent for a counter's correction alone. */
  readonly charge?: LateCharge
}

/** What was spent on a path and is booked by hand, since no reservation was there to be settled. */
export interface LateCharge {
  readonly path: readonly AccountId[]
  /** Beyond what reports have of it already; less than nothing where it was lowered. */
  readonly amounts: Readonly<Record<Metric, number>>
}

export type AdjustResult = { readonly status: 'ok' | 'repeat' | 'no_account' | 'no_budget' }
