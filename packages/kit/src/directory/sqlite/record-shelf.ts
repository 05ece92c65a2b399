import type { DatabaseSync } from 'node:sqlite'
import type { Shelves } from '../shelves.ts'
import type { History } from './history.ts'
import { keptOf } from './row.ts'
import { transaction } from './transaction.ts'

const COLUMNS = 'org, kind, id, revision, value, owner, changed_at_ms'
const GET = `SELECT ${COLUMNS} FROM directory_record WHERE org = ? AND kind = ? AND id = ?`
const LIST = `SELECT ${COLUMNS} FROM directory_record WHERE org = ? AND kind = ? AND id > ? ORDER BY id LIMIT ?`
const CREATE = `INSERT INTO directory_record (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
const CHANGE = `UPDATE directory_record SET revision = ?, value = ?, owner = ?, changed_at_ms = ?
  WHERE org = ? AND kind = ? AND id = ? AND revision = ?`
const REMOVE = 'DELETE FROM directory_record WHERE org = ? AND kind = ? AND id = ? AND revision = ?'

export function recordShelf(
  db: DatabaseSync,
  addChange: History['add'],
): Pick<Shelves, 'record' | 'records' | 'swapRecord'> {
  const get = db.prepare(GET)
  const list = db.prepare(LIST)
  const create = db.prepare(CREATE)
  const change = db.prepare(CHANGE)
  const remove = db.prepare(REMOVE)

  return {
    record(kind, org, id) {
      const row = get.get(org, kind, id)
      return row && keptOf(row)
    },
    records: (kind, org, { after, limit }) => list.all(org, kind, after, limit).map(keptOf),
    swapRecord: ({ before, after, change: entry }) =>
      transaction(db, () => {
        const { org, kind, id } = (after ?? before)!
        const state =
          after && ([after.revision, JSON.stringify(after.value), after.owner, after.changedAtMs] as const)
        const { changes } =
          state === undefined
            ? remove.run(org, kind, id, before!.revision)
            : before
              ? change.run(...state, org, kind, id, before.revision)
              : create.run(org, kind, id, ...state)
        if (changes === 0) return 'moved'
        addChange(entry)
        return 'done'
      }),
  }
}
