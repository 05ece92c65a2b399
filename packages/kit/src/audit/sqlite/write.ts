import type { DatabaseSync } from 'node:sqlite'
import { transaction } from '../../core/transaction.ts'
import type { AuditRecord } from '../record.ts'
import { COLUMN_LIST, valuesOf } from './row.ts'

/** What an expiry tells of a request that has a record already: its settle never reached the books, and this is its charge. */
const CHARGE_COLUMNS = ['ended_at_ms', 'charged_nano_usd', 'charged_tokens', 'basis']

/** Keep a record, or take the newer word on some columns of one that is there; the same word twice changes nothing. */
function upsert(columns: readonly string[]): string {
  const updates = columns.map((column) => `${column} = excluded.${column}`)
  return `INSERT INTO audit (${COLUMN_LIST.join(', ')}) VALUES (${COLUMN_LIST.map(() => '?').join(', ')})
    ON CONFLICT DO UPDATE SET ${updates.join(', ')} WHERE excluded.ended_at_ms >= audit.ended_at_ms`
}

const LACKS = 'SELECT 1 FROM audit WHERE id = ? AND ended_at_ms >= ?'

export interface Writer {
  /** All of them in one transaction, with `also` in it. @throws when another process is writing: nothing was kept. */
  write(records: readonly AuditRecord[], also: () => void): void
  lacks(records: readonly AuditRecord[]): readonly AuditRecord[]
}

export function writer(db: DatabaseSync): Writer {
  const ofRequest = db.prepare(upsert(COLUMN_LIST.filter((column) => column !== 'id')))
  const ofExpiry = db.prepare(upsert(CHARGE_COLUMNS))
  const known = db.prepare(LACKS)
  return {
    write(records, also) {
      transaction(db, () => {
        for (const record of records) {
          const statement = record.ending === 'expired' ? ofExpiry : ofRequest
          statement.run(...valuesOf(record))
        }
        also()
      })
    },
    lacks: (records) => records.filter(({ id, endedAtMs }) => !known.get(id, endedAtMs)),
  }
}
