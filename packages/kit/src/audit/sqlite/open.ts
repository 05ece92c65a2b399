import type { DatabaseSync } from 'node:sqlite'
import { ensureTables, openSqliteFile } from '../../core/sqlite-file.ts'
import { SCHEMA } from './schema.ts'

/**
 * Open the file for the audit log alone; the ledger's tables may be in the same file. The connection waits for nobody: a
 * file that another process is writing to is tried again by the queue, and the event loop goes on meanwhile.
 */
export function openAuditFile(path: string): DatabaseSync {
  return openSqliteFile(path, {
    busyTimeoutMs: 0,
    prepare(db) {
      // Beside a ledger its own thread checkpoints, long before 32 MB; this is for a file that has no ledger.
      db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 8000')
      ensureTables(db, SCHEMA)
    },
  })
}
