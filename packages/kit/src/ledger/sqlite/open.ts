import { mkdirSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { openSqliteFile } from '../../core/sqlite-file.ts'
import { provisionTables } from './schema.ts'

export interface OpenOptions {
  readonly durability: 'normal' | 'strict'
  readonly busyTimeoutMs: number
}

/** `f_type` of file systems whose locks do not hold between machines (statfs(2)): NFS, SMB, CIFS, SMB2. */
const NETWORK_FILE_SYSTEMS = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42])

/** A log that a burst has made longer than this is cut back when it starts over. */
const LOG_KEPT_BYTES = 32 * 1024 * 1024

/** Open the file for the ledger alone. @throws Error on a network file system, where its locks would not hold. */
export function openLedgerFile(path: string, { durability, busyTimeoutMs }: OpenOptions): DatabaseSync {
  if (path !== ':memory:') refuseNetwork(dirname(path))
  return openSqliteFile(path, {
    busyTimeoutMs,
    prepare(db) {
      // With NORMAL a commit survives the death of the process, with FULL also the loss of power.
      db.exec(
        `PRAGMA journal_mode = WAL; PRAGMA synchronous = ${durability === 'strict' ? 'FULL' : 'NORMAL'}`,
      )
      db.exec(`PRAGMA journal_size_limit = ${LOG_KEPT_BYTES}`)
      // The event loop's thread never checkpoints: that is where the file is synced, and it would stop every request
      // meanwhile. Who syncs each commit does so on a thread where a checkpoint stops nobody else.
      if (durability === 'normal') db.exec('PRAGMA wal_autocheckpoint = 0')
      provisionTables(db)
    },
  })
}

function refuseNetwork(folder: string): void {
  mkdirSync(folder, { recursive: true })
  if (!NETWORK_FILE_SYSTEMS.has(statfsSync(folder).type)) return
  throw new Error(`${folder} is on a network file system, where SQLite's locks do not hold: use a local disk`)
}
