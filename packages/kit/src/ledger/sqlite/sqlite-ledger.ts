import { type Clock, systemClock } from '../../core/clock.ts'
import { budgetFrom, type DefaultBudget } from '../budget-entry.ts'
import {
  checkAccount,
  checkAdjust,
  checkExtend,
  checkHeartbeat,
  checkId,
  checkProvision,
  checkReserve,
  checkSettle,
} from '../check.ts'
import type { AccountKind, Budget, Ledger } from '../ledger.ts'
import { adjuster } from './adjust.ts'
import { openBooks } from './books.ts'
import { checkpointer } from './checkpoint.ts'
import { release, settle, unbookedList } from './close.ts'
import { expire, listExpired, settleExpired } from './expire.ts'
import { extend } from './extend.ts'
import { heartbeat } from './heartbeat.ts'
import { linesOfReservations } from './lines.ts'
import { openLedgerFile } from './open.ts'
import { planner } from './plan.ts'
import { provisioning } from './provision.ts'
import { readAccount, smallestLimits } from './read.ts'
import { reserve } from './reserve.ts'
import { turnQueue } from './turn.ts'

export interface SqliteLedgerOptions {
  readonly clock?: Clock
  /**
   * What accounts get that nobody has provisioned, when they are first charged, and follow when it changes. Users and
   * the org are made without any of these as well, a team, project or key only when its kind is named here. A process
   * that only looks leaves the option out: it then changes no account's budgets.
   */
  readonly budgets?: readonly DefaultBudget[]
  /** IANA zone of the budgets that name none. */
  readonly timeZone?: string
  /**
   * `normal`: what was answered survives the death of the process. `strict`: also the loss of power; every turn of the
   * event loop then waits for the disk.
   */
  readonly durability?: 'normal' | 'strict'
  /** How many accounts nobody provisioned one parent may have. */
  readonly maxAuto?: number
  /** How long a command may wait for another process that is writing to the file, ms; it blocks the event loop. */
  readonly busyTimeoutMs?: number
}

/**
 * The ledger in an SQLite file. All commands of one turn of the event loop are one transaction, and are answered after
 * its commit; several processes on one machine may share the file.
 *
 * @param path a file, made (mode 0600, its folder too) when absent, or `:memory:`.
 * @throws RangeError when a default budget is not one.
 * @throws Error when the file cannot be opened, is on a network file system, or holds books of another layout.
 *
 * @example
 * const ledger = sqliteLedger('./tollgate.db', { budgets: [{ per: 'user', limit_usd: '5.00', period: 'daily' }] })
 */
export function sqliteLedger(
  path: string,
  {
    clock = systemClock,
    budgets,
    timeZone = 'UTC',
    durability = 'normal',
    maxAuto = 100_000,
    busyTimeoutMs = 1000,
  }: SqliteLedgerOptions = {},
): Ledger {
  const defaults = defaultBudgets(budgets ?? [], timeZone)
  const db = openLedgerFile(path, { durability, busyTimeoutMs })
  const books = openBooks(db, { clock, onCommit: (rows) => checkpoints?.wrote(rows) })
  const { submit, hold, drain } = turnQueue(books)
  const checkpoints = path === ':memory:' ? undefined : checkpointer(path, { hold, onFault: checkpointHere })
  const unseen = { defaults, follow: budgets !== undefined, maxAuto }
  const provisioned = provisioning(books, unseen)
  const lines = linesOfReservations(books, provisioned)
  const planFor = planner(books, provisioned)
  const keepUnbooked = unbookedList(db)
  const adjust = adjuster(db, books, provisioned)

  function checkpointHere(): void {
    if (db.isOpen) db.exec('PRAGMA wal_autocheckpoint = 1000')
  }

  return {
    async provision(account, limits) {
      checkProvision(account, limits)
      return submit(() => provisioned.provision(account, limits))
    },
    async reserve(command) {
      checkReserve(command)
      return submit(() => reserve({ books, provisioned, planFor, lines }, command))
    },
    async extend(command) {
      checkExtend(command)
      return submit(() => extend(books, lines, command))
    },
    async heartbeat(beats, ttlMs) {
      checkHeartbeat(beats, ttlMs)
      return submit(() => heartbeat(books, beats, ttlMs))
    },
    async settle(command) {
      checkSettle(command)
      return submit(() => settle(books, keepUnbooked, command))
    },
    async release(id) {
      checkId(id)
      return submit(() => release(books, id))
    },
    async expire(limit = 100) {
      return submit(() => expire(books, limit))
    },
    async expired(filter = {}) {
      return submit(() => listExpired(books, filter))
    },
    async settleExpired(to, filter = {}) {
      return submit(() => settleExpired(books, to, filter))
    },
    async adjust(command) {
      checkAdjust(command)
      return submit(() => adjust(command))
    },
    async read(accounts) {
      for (const account of accounts) checkAccount(account)
      return submit(() => accounts.map((account) => readAccount(books, provisioned, account)))
    },
    async accounts() {
      return submit(() => books.accounts.all().map((account) => readAccount(books, provisioned, account)))
    },
    smallestLimits: (path) => smallestLimits(books, unseen, path),
    async close() {
      if (!db.isOpen) return
      drain()
      await checkpoints?.close()
      if (db.isOpen) db.close()
    },
  }
}

/** By kind; a user or an org that nobody has seen is welcome also when it has no budget of its own. */
function defaultBudgets(
  entries: readonly DefaultBudget[],
  timeZone: string,
): ReadonlyMap<AccountKind, readonly Budget[]> {
  const byKind = new Map<AccountKind, Budget[]>([
    ['org', []],
    ['user', []],
  ])
  for (const entry of entries) {
    const limits = byKind.get(entry.per) ?? []
    byKind.set(entry.per, [...limits, budgetFrom(entry, { timeZone })])
  }
  for (const [kind, limits] of byKind) checkProvision(`${kind}:*`, limits)
  return byKind
}
