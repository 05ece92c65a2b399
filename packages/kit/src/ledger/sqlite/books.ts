import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../core/clock.ts'
import { type Accounts, accountBook } from './accounts.ts'
import { type Counters, counterBook } from './counters.ts'
import { type Reservations, reservationBook } from './reservations.ts'
import type { Transaction } from './transaction.ts'

/** The state that commands work on. Valid within a transaction only. */
export interface Books {
  readonly accounts: Accounts
  readonly counters: Counters
  readonly reservations: Reservations
  /** Now, by the raw clock: for deadlines. */
  nowMs: number
  /** The newest time that any process on this file has seen: for windows, which must never come back. */
  windowNowMs: number
  /** Grows whenever the memory of accounts or counters was dropped or replaced. */
  generation: number
}

export interface BooksOptions {
  readonly clock: Clock
  /** Called after each commit with how many rows it wrote. */
  readonly onCommit: (rows: number) => void
}

/** More remembered than this is dropped wholesale: what is needed again is read again. */
const MAX_REMEMBERED = 200_000

/**
 * Keeps the books in memory and in the file the same: changes are written in the transaction that makes them, and what
 * is remembered is dropped when `meta.sequence` says that another process has written, or when a transaction failed.
 */
export function openBooks(db: DatabaseSync, { clock, onCommit }: BooksOptions): Books & Transaction {
  const readMeta = db.prepare('SELECT sequence, newest_ms FROM meta')
  const writeMeta = db.prepare('UPDATE meta SET sequence = ?, newest_ms = ?')
  const countChanges = db.prepare('SELECT total_changes() AS n')
  const counters = counterBook(db)
  const accounts = accountBook(db, counters)
  const reservations = reservationBook(db, counters)
  let sequence = -1
  let changes = 0

  function forget(): void {
    counters.forget()
    accounts.forget()
    reservations.forget()
    books.windowNowMs = 0
    books.generation += 1
  }

  const books: Books & Transaction = {
    accounts,
    counters,
    reservations,
    nowMs: 0,
    windowNowMs: 0,
    generation: 0,
    begin() {
      db.exec('BEGIN IMMEDIATE')
      const meta = readMeta.get()!
      const remembered = counters.size() + accounts.size() + reservations.size()
      if (meta.sequence !== sequence || remembered > MAX_REMEMBERED) forget()
      sequence = meta.sequence as number
      books.nowMs = clock.now()
      books.windowNowMs = Math.max(books.nowMs, books.windowNowMs, meta.newest_ms as number)
    },
    commit() {
      counters.flush()
      const rows = (countChanges.get()!.n as number) - changes
      if (rows > 0) writeMeta.run(sequence + 1, books.windowNowMs)
      db.exec('COMMIT')
      if (rows === 0) return
      sequence += 1
      changes += rows + 1
      onCommit(rows)
    },
    abandon() {
      sequence = -1
      forget()
      try {
        db.exec('ROLLBACK')
      } catch {
        // There was nothing to roll back. If there was, the next transaction cannot begin, and its commands hear why.
      }
    },
  }
  changes = countChanges.get()!.n as number
  return books
}
