import { type Clock, systemClock } from '../../core/clock.ts'
import { type Directory, keyPage } from '../directory.ts'
import { checkKeyRecord } from '../key-record.ts'
import { openDirectoryFile } from './open.ts'
import { recordOf, SUMMARY_COLUMNS, summaryOf, valuesOf } from './row.ts'

export interface SqliteDirectoryOptions {
  readonly clock?: Clock
  /** How long a change may wait for another process that is writing to the file, ms; it blocks the event loop. */
  readonly busyTimeoutMs?: number
}

const FIND = `SELECT ${SUMMARY_COLUMNS}, hash FROM virtual_key WHERE lookup = ?`
const LIST = `SELECT ${SUMMARY_COLUMNS} FROM virtual_key WHERE id > ? ORDER BY id LIMIT ?`
const CREATE = `INSERT INTO virtual_key (${SUMMARY_COLUMNS}, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
const REVOKE = 'UPDATE virtual_key SET revoked_at_ms = ? WHERE id = ? AND revoked_at_ms IS NULL'
const EXISTS = 'SELECT 1 FROM virtual_key WHERE id = ?'

/**
 * The directory in an SQLite file, the ledger's own if you like. Every answer is read from the file, so that what another
 * process has changed is seen at once.
 *
 * @param path a file, made (mode 0600) when absent, or `:memory:`.
 * @throws Error when the file cannot be opened, is no database, or was written by a newer Tollgate.
 */
export function sqliteDirectory(
  path: string,
  { clock = systemClock, busyTimeoutMs = 1000 }: SqliteDirectoryOptions = {},
): Directory {
  const db = openDirectoryFile(path, busyTimeoutMs)
  const find = db.prepare(FIND)
  const list = db.prepare(LIST)
  const create = db.prepare(CREATE)
  const revoke = db.prepare(REVOKE)
  const exists = db.prepare(EXISTS)

  return {
    findKey(lookup) {
      const row = find.get(lookup)
      return row && recordOf(row)
    },
    async createKey(record) {
      checkKeyRecord(record)
      const { changes } = create.run(...valuesOf(record))
      return { status: changes === 1 ? 'created' : 'exists' }
    },
    async listKeys(page) {
      const { after, limit } = keyPage(page)
      return list.all(after, limit).map(summaryOf)
    },
    async revokeKey(id) {
      if (revoke.run(clock.now(), id).changes === 1) return { status: 'revoked' }
      return { status: exists.get(id) ? 'repeat' : 'unknown' }
    },
    async close() {
      if (db.isOpen) db.close()
    },
  }
}
