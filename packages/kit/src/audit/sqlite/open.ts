import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { provisionTables } from './schema.ts'

const SQLITE_BUSY = 5
const RETRY_MS = 5
/** How long the start may wait for other processes that are making or writing the file, ms. */
const OPEN_MS = 5_000

/**
 * Open the file for the audit log alone, on a connection of its own; the ledger's tables may be in the same file. A new
 * file can be read by its owner only, and so can the journal that SQLite makes beside it.
 *
 * The connection waits for nobody: a file that another process is writing to is tried again by the queue, and the event
 * loop goes on meanwhile.
 */
export function openAuditFile(path: string): DatabaseSync {
  if (path !== ':memory:') {
    mkdirSync(dirname(path), { recursive: true })
    closeSync(openSync(path, 'a', 0o600))
  }
  const db = new DatabaseSync(path, { timeout: 0 })
  try {
    whenFree(() => {
      // Beside a ledger its own thread checkpoints, long before 32 MB; this is for a file that has no ledger.
      db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 8000')
      provisionTables(db)
    })
  } catch (error) {
    db.close()
    throw error
  }
  return db
}

/** Try again while the file is busy; SQLite's own timeout does not cover the change to the write-ahead log. */
function whenFree(work: () => void): void {
  const pause = new Int32Array(new SharedArrayBuffer(4))
  for (let waitedMs = 0; ; waitedMs += RETRY_MS) {
    try {
      return work()
    } catch (error) {
      // The upper bits say why it is busy, for instance that another process is recovering the log.
      const busy = ((error as { errcode?: number }).errcode ?? 0) % 256 === SQLITE_BUSY
      if (!busy || waitedMs >= OPEN_MS) throw error
      Atomics.wait(pause, 0, 0, RETRY_MS)
    }
  }
}
