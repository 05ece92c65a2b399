import type { AccountId, Basis, Budget, Metric, Reserve, Standing } from '../../ledger/ledger.ts'
import type { Turn } from './calendar.ts'

/** Totals per metric, in integers that have no largest. */
export type Big = Readonly<Record<Metric, bigint>>

/** A reservation: the facts that replies told, from which everything else follows. */
export interface Entry {
  readonly org: string
  readonly id: string
  /** Absent where there was only a release, which came before its reservation. */
  readonly command: Reserve | undefined
  state: 'open' | 'settled' | 'released' | 'expired'
  /** Open: its deadline. Otherwise when it has served its time. */
  dueMs: number
  ttlMs: number
  readonly reservedAtMs: number
  endedAtMs: number
  counters: readonly Counter[]
  /** Reserved at first, and by now. */
  readonly granted: Big
  held: Big
  /** Consumed, and the most that heartbeats have observed. */
  used: Big
  seen: Big
  /** What a settle said. */
  told: Big
  basis: Basis
  /** What its last answer said of budgets. */
  heard: readonly Standing[]
  /** Its time is served: no command finds it any more, and its share stays. */
  forgotten: boolean
}

/** What one reservation, an adjustment or a budget's past adds to a counter. */
export interface Share {
  readonly spent: bigint
  readonly reserved: bigint
  readonly unconfirmed: bigint
  readonly overdraft: bigint
}

/**
 * One turn of one budget. It keeps no number that could be wrong: what it says is added up, each time, from the
 * reservations that were admitted under it and from what was carried into it.
 */
export interface Counter {
  readonly rule: Rule
  readonly turn: Turn
  readonly entries: Entry[]
  readonly carried: Share[]
}

/** A budget of an account. One that is taken away goes on counting, and limits nothing. */
export interface Rule {
  readonly account: AccountId
  budget: Budget
  readonly counters: Map<string, Counter>
  current?: Counter
}

export interface Account {
  readonly org: string
  readonly id: AccountId
  /** Nobody provisioned it: it came under this parent. */
  parent: string | undefined
  readonly total: Rule
  rules: Rule[]
  retired: Rule[]
}
