import type { DatabaseSync } from 'node:sqlite'
import { ensureTables, openSqliteFile } from '../../core/sqlite-file.ts'
import { SCHEMA } from './schema.ts'

/** Open the file for the directory alone; the ledger's tables may be in the same file. */
export function openDirectoryFile(path: string, busyTimeoutMs: number): DatabaseSync {
  return openSqliteFile(path, {
    busyTimeoutMs,
    prepare(db) {
      // With the write-ahead log a read never waits for a writer. A revoke is durable before it is answered.
      db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
      ensureTables(db, SCHEMA)
    },
  })
}
