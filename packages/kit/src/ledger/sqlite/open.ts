import { closeSync, mkdirSync, openSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { provisionTables } from './schema.ts'

export interface OpenOptions {
  readonly durability: 'normal' | 'strict'
  readonly busyTimeoutMs: number
}

/** `f_type` of file systems whose locks do not hold between machines (statfs(2)): NFS, SMB, CIFS, SMB2. */
const NETWORK_FILE_SYSTEMS = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42])

/** A log that a burst has made longer than this is cut back when it starts over. */
const LOG_KEPT_BYTES = 32 * 1024 * 1024

/**
 * Open the file for the ledger alone, on a connection of its own. A new file can be read by its owner only, and so can
 * the journal that SQLite makes beside it.
 */
export function openLedgerFile(path: string, { durability, busyTimeoutMs }: OpenOptions): DatabaseSync {
  if (path !== ':memory:') makeFile(path)
  const db = new DatabaseSync(path, { timeout: busyTimeoutMs })
  try {
    // With NORMAL a commit survives the death of the process, with FULL also the loss of power.
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${durability === 'strict' ? 'FULL' : 'NORMAL'}`)
    // The main thread never checkpoints: that is where the file is synced, and it would stop every request meanwhile.
    db.exec(`PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = ${LOG_KEPT_BYTES}`)
    provisionTables(db)
  } catch (error) {
    db.close()
    throw error
  }
  return db
}

function makeFile(path: string): void {
  const folder = dirname(path)
  mkdirSync(folder, { recursive: true })
  if (NETWORK_FILE_SYSTEMS.has(statfsSync(folder).type)) {
    throw new Error(
      `${folder} is on a network file system, where SQLite's locks do not hold: use a local disk`,
    )
  }
  closeSync(openSync(path, 'a', 0o600))
}
