import './needs-node.ts'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { transaction } from './transaction.ts'

const SQLITE_BUSY = 5
const RETRY_MS = 5

export interface SqliteFileOptions {
  /** How long a statement may wait for another process that is writing, ms; it blocks the event loop. */
  readonly busyTimeoutMs: number
  /** How long opening may wait for other processes that are making the file, ms. */
  readonly openTimeoutMs?: number
  /** Pragmas and tables: run again as a whole while the file is busy. */
  readonly prepare: (db: DatabaseSync) => void
}

/**
 * Open an SQLite file, or `:memory:`, on a connection of its own. A new file can be read by its owner only, and so can
 * the journal that SQLite makes beside it. Several embedded stores may share one file; each has its own tables.
 *
 * @throws Error when the file cannot be opened, or stays busy.
 */
export function openSqliteFile(
  path: string,
  { busyTimeoutMs, openTimeoutMs = 5_000, prepare }: SqliteFileOptions,
): DatabaseSync {
  if (path !== ':memory:') {
    mkdirSync(dirname(path), { recursive: true })
    closeSync(openSync(path, 'a', 0o600))
  }
  const db = new DatabaseSync(path, { timeout: busyTimeoutMs })
  try {
    whenFree(openTimeoutMs, () => prepare(db))
  } catch (error) {
    db.close()
    throw error
  }
  return db
}

export interface OwnTables {
  /** Statements that make the tables where they are missing (IF NOT EXISTS). */
  readonly tables: string
  /** The table that says which layout the tables have; it is made beside them. */
  readonly layoutTable: string
  /** The layout that this code reads and writes. */
  readonly layout: number
  /** Statements that make the next layout of each: the first of layout 1. Without them only this layout is taken. */
  readonly migrations?: readonly string[]
  /** Columns that came after it, and mean nothing where they are empty: added where they are missing. */
  readonly later?: readonly (readonly [table: string, column: string, type: 'INTEGER' | 'TEXT'])[]
  /** Whose tables they are, for the error: `the directory`. */
  readonly what: string
}

/**
 * Make a store's tables where they are missing, and bring those of an older layout to this one, in a transaction of their
 * own: several processes may do so at once.
 *
 * @throws Error when they have another layout: a file that a newer Tollgate wrote is refused, as its rows may mean
 * something else.
 */
export function ensureTables(
  db: DatabaseSync,
  { tables, layoutTable, layout, migrations = [], later = [], what }: OwnTables,
): void {
  transaction(db, () => {
    db.exec(`CREATE TABLE IF NOT EXISTS ${layoutTable} (
      one     INTEGER PRIMARY KEY CHECK (one = 1),
      version INTEGER NOT NULL
    ) STRICT`)
    const found = (db.prepare(`SELECT version FROM ${layoutTable}`).get()?.version ?? layout) as number
    if (found > layout || layout - found > migrations.length) {
      throw new Error(
        `${what} has layout ${found}, this Tollgate knows layout ${layout}: use the Tollgate that wrote it, or a newer one`,
      )
    }
    for (const migration of migrations.slice(found - 1)) db.exec(migration)
    db.exec(tables)
    db.prepare(`INSERT OR REPLACE INTO ${layoutTable} (one, version) VALUES (1, ?)`).run(layout)
    const find = db.prepare('SELECT 1 FROM pragma_table_info(?) WHERE name = ?')
    for (const [table, column, type] of later)
      if (!find.get(table, column)) db.exec(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`)
  })
}

/**
 * Try again while the file is busy. SQLite's own timeout does not cover the change to the write-ahead log: of several
 * processes that open a new file together, all but one are told at once that it is locked.
 */
function whenFree(timeoutMs: number, work: () => void): void {
  const pause = new Int32Array(new SharedArrayBuffer(4))
  for (let waitedMs = 0; ; waitedMs += RETRY_MS) {
    try {
      return work()
    } catch (error) {
      // The upper bits say why it is busy, for instance that another process is recovering the log.
      const busy = ((error as { errcode?: number }).errcode ?? 0) % 256 === SQLITE_BUSY
      if (!busy || waitedMs >= timeoutMs) throw error
      Atomics.wait(pause, 0, 0, RETRY_MS)
    }
  }
}
