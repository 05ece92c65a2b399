import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

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
