import type { DatabaseSync } from 'node:sqlite'
import { transaction } from '../../core/transaction.ts'
import { handlesOf } from '../changed.ts'
import type { Shelves } from '../shelves.ts'
import type { History } from './history.ts'
import { KEY_COLUMNS, keyOf, SUMMARY_COLUMNS, summaryOf, valuesOf } from './row.ts'

const AT = `SELECT ${KEY_COLUMNS} FROM virtual_key WHERE lookup = ?`
const AT_PREVIOUS = `SELECT ${KEY_COLUMNS} FROM virtual_key WHERE previous_lookup = ?`
const NAMED = `SELECT ${KEY_COLUMNS} FROM virtual_key WHERE id = ?`
const LIST = `SELECT ${SUMMARY_COLUMNS} FROM virtual_key WHERE id > ? ORDER BY id LIMIT ?`
const HOLDER = 'SELECT id FROM virtual_key WHERE lookup = ? OR previous_lookup = ?'
const PLACES = KEY_COLUMNS.replace(/\w+/g, '?')
const CREATE = `INSERT INTO virtual_key (${KEY_COLUMNS}) VALUES (${PLACES}) ON CONFLICT DO NOTHING`
const CHANGE = `UPDATE virtual_key SET (${KEY_COLUMNS}) = (${PLACES}) WHERE id = ? AND revision = ?`

export function keyShelf(
  db: DatabaseSync,
  addChange: History['add'],
): Pick<Shelves, 'keyAt' | 'keyNamed' | 'keys' | 'swapKey'> {
  const at = db.prepare(AT)
  const atPrevious = db.prepare(AT_PREVIOUS)
  const named = db.prepare(NAMED)
  const list = db.prepare(LIST)
  const holder = db.prepare(HOLDER)
  const create = db.prepare(CREATE)
  const change = db.prepare(CHANGE)

  return {
    keyAt(lookup) {
      const row = at.get(lookup) ?? atPrevious.get(lookup)
      return row && keyOf(row)
    },
    keyNamed(id) {
      const row = named.get(id)
      return row && keyOf(row)
    },
    keys: ({ after, limit }) => list.all(after, limit).map(summaryOf),
    swapKey: ({ before, after, change: entry }) =>
      transaction(
        db,
        () => {
          const key = after!
          const holders = handlesOf(key).flatMap((handle) => holder.all(handle, handle))
          if (holders.some(({ id }) => id !== key.id)) return 'taken'
          const { changes } = before
            ? change.run(...valuesOf(key), key.id, before.revision ?? 1)
            : create.run(...valuesOf(key))
          if (changes === 0) return before ? 'moved' : 'taken'
          addChange(entry)
          return 'done'
        },
        (outcome) => outcome === 'done',
      ),
  }
}
