import type { Clock } from '../../core/clock.ts'
import { budgetFrom, type DefaultBudget } from '../../ledger/budget-entry.ts'
import {
  checkAdjust,
  checkExtend,
  checkHeartbeat,
  checkId,
  checkProvision,
  checkRaiseBudget,
  checkRead,
  checkReserve,
  checkSettle,
} from '../../ledger/check.ts'
import type { AccountKind, Budget, Ledger } from '../../ledger/ledger.ts'
import { adjust, provision, raise, smallestLimits, states } from './bookkeeping.ts'
import { accountIn, type Books, emptyBooks } from './books.ts'
import { release, settle } from './closing.ts'
import { expire, listExpired, settleExpired } from './expiring.ts'
import { extend, heartbeat, reserve } from './opening.ts'

export interface ReferenceOptions {
  readonly clock: Clock
  readonly budgets?: readonly DefaultBudget[]
  readonly maxAuto?: number
}

/** A ledger, and what may be asked about it that no ledger says. */
export interface ReferenceLedger extends Ledger {
  readonly books: Books
}

/**
 * The ledger as it is meant, for stores to be compared with: everything in memory, for ever, nothing clever and nothing
 * fast. It keeps reservations, not counters, and adds up afresh whatever it is asked, in integers without a largest. It
 * shares with stores the door that refuses what are no commands, and no line behind it.
 */
export function referenceLedger({
  clock,
  budgets = [],
  maxAuto = 100_000,
}: ReferenceOptions): ReferenceLedger {
  const books = emptyBooks({ clock, defaults: defaultBudgets(budgets), maxAuto })
  return {
    books,
    async provision(org, account, limits) {
      checkProvision(org, account, limits)
      return provision(books, { org, id: account, budgets: limits })
    },
    async raise(command) {
      checkRaiseBudget(command)
      return raise(books, command)
    },
    async budgetsOf(org, accounts) {
      checkRead(org, accounts)
      return accounts.map((id) => accountIn(books, org, id)?.rules.map(({ budget }) => budget))
    },
    async reserve(command) {
      checkReserve(command)
      return reserve(books, command)
    },
    async extend(command) {
      checkExtend(command)
      return extend(books, command)
    },
    async heartbeat(org, beats, ttlMs) {
      checkHeartbeat(org, beats, ttlMs)
      return heartbeat(books, { org, beats, ttlMs })
    },
    async settle(command) {
      checkSettle(command)
      return settle(books, command)
    },
    async release(org, id) {
      checkId(org, id)
      return release(books, { org, id })
    },
    async expire(limit = 100) {
      return expire(books, limit)
    },
    async expired(filter = {}) {
      return listExpired(books, filter)
    },
    async settleExpired(to, filter = {}) {
      return settleExpired(books, to, filter)
    },
    async adjust(command) {
      checkAdjust(command)
      return adjust(books, command)
    },
    async read(org, accounts) {
      checkRead(org, accounts)
      return states(books, org, accounts)
    },
    async accounts(org, page) {
      const all = states(books, org)
      if (!page) return all
      const { after = '', limit } = page
      return all.filter(({ account }) => account > after).slice(0, limit)
    },
    smallestLimits: (org, path) => smallestLimits(books, org, path),
    async close() {},
  }
}

function defaultBudgets(entries: readonly DefaultBudget[]): Map<AccountKind, readonly Budget[]> {
  const kinds = ['org', 'user', ...entries.map(({ per }) => per)] as const
  return new Map(
    kinds.map((kind) => [kind, entries.filter(({ per }) => per === kind).map((entry) => budgetFrom(entry))]),
  )
}
