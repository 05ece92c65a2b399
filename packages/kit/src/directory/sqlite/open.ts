import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { provisionTables } from './schema.ts'

const SQLITE_BUSY = 5
const RETRY_MS = 5

/**
 * Open the file for the directory alone, on a connection of its own; the ledger's tables may be in the same file.
 * A new file can be read by its owner only, and so can the journal that SQLite makes beside it.
 */
export function openDirectoryFile(path: string, busyTimeoutMs: number): DatabaseSync {
  if (path !== ':memory:') {
    mkdirSync(dirname(path), { recursive: true })
    closeSync(openSync(path, 'a', 0o600))
  }
  const db = new DatabaseSync(path, { timeout: busyTimeoutMs })
  try {
    whenFree(busyTimeoutMs, () => {
      // With the write-ahead log a read never waits for a writer. A revoke is durable before it is answered.
      db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
      provisionTables(db)
    })
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
      const busy = (error as { errcode?: number }).errcode === SQLITE_BUSY
      if (!busy || waitedMs >= timeoutMs) throw error
      Atomics.wait(pause, 0, 0, RETRY_MS)
    }
  }
}
