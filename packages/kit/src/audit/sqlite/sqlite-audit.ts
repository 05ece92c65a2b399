import { type Clock, systemClock } from '../../core/clock.ts'
import type { AccountState } from '../../ledger/ledger.ts'
import type { AuditRecord } from '../record.ts'
import type { AuditSink } from '../sink.ts'
import { type CacheUse, cacheUse } from './cache-use.ts'
import { openAuditFile } from './open.ts'
import { pruner } from './prune.ts'
import { sameReader, threadReader } from './reader.ts'
import { COLUMN_LIST, recordOf } from './row.ts'
import { type Span, type SpendQuery, type SpendRow, spendBy } from './spend.ts'
import { type Attribution, unattributed } from './unattributed.ts'
import { type WouldRefuseRow, wouldRefuse } from './would-refuse.ts'
import { writer } from './write.ts'

export interface SqliteAuditOptions {
  /** How long records are kept, ms, eight days at least; for ever by default. What older ones were charged stays in the sums. */
  readonly keepMs?: number
  readonly clock?: Clock
}

/** The audit table: a sink, and what can be asked of it. Answers come from what has been written; flush before to see all. */
export interface SqliteAudit extends AuditSink {
  lacks(records: readonly AuditRecord[]): readonly AuditRecord[]
  /** Spend in groups. @throws RangeError for a group that there is not. */
  spendBy(query?: SpendQuery): Promise<readonly SpendRow[]>
  /** What would have been refused, had everything been enforced, by code and account. */
  wouldRefuse(span?: Span): Promise<readonly WouldRefuseRow[]>
  /** How much the cache was asked, and has saved. */
  cacheUse(span?: Span): Promise<CacheUse>
  /**
   * What the books hold and no record explains, a line an org, all time. Takes the answer of `ledger.accounts()`; flush
   * the trail first, or what was just spent is not recorded yet.
   */
  unattributed(accounts: readonly AccountState[]): Promise<readonly Attribution[]>
  /** The latest requests, newest first. */
  recent(limit?: number): Promise<readonly AuditRecord[]>
  close(): Promise<void>
}

const RECENT = `SELECT ${COLUMN_LIST.join(', ')} FROM audit ORDER BY at_ms DESC, id DESC LIMIT ?`

/**
 * Records in a table `audit` of an SQLite file, the ledger's own if you like; the columns are the fields of a record.
 * Several processes may write to the same file. A batch is one transaction; one that finds the file busy is tried again.
 *
 * @param path a file, made (mode 0600) when absent, or `:memory:`.
 * @throws RangeError when `keepMs` is too short.
 * @throws Error when the file cannot be opened, is no database, or was written by a newer Tollgate.
 *
 * @example
 * const audit = sqliteAudit('./tollgate.db')
 * await audit.spendBy({ groupBy: ['team', 'model'], sinceMs: Date.now() - 7 * 86_400_000 })
 */
export function sqliteAudit(
  path: string,
  { keepMs, clock = systemClock }: SqliteAuditOptions = {},
): SqliteAudit {
  const db = openAuditFile(path)
  const prune = pruner(db, keepMs, clock)
  const { write, lacks } = writer(db)
  const { query, close } = path === ':memory:' ? sameReader(db) : threadReader(path)
  return {
    name: 'sqlite',
    write: (records) => write(records, prune),
    lacks,
    spendBy: (asked = {}) => spendBy(query, asked),
    wouldRefuse: (span = {}) => wouldRefuse(query, span),
    cacheUse: (span = {}) => cacheUse(query, span),
    unattributed: (accounts) => unattributed(query, accounts),
    async recent(limit = 100) {
      return (await query({ sql: RECENT, values: [limit] })).map(recordOf)
    },
    async close() {
      if (!db.isOpen) return
      await close()
      if (db.isOpen) db.close()
    },
  }
}
