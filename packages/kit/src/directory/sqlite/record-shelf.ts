import type { DatabaseSync } from 'node:sqlite'
import { transaction } from '../../core/transaction.ts'
import type { Shelves, SwapRecord } from '../shelves.ts'
import type { History } from './history.ts'
import { keptOf } from './row.ts'

const COLUMNS = 'org, kind, id, revision, value, owner, changed_at_ms'
const GET = `SELECT ${COLUMNS} FROM directory_record WHERE org = ? AND kind = ? AND id = ?`
const LIST = `SELECT ${COLUMNS} FROM directory_record WHERE org = ? AND kind = ? AND id > ? ORDER BY id LIMIT ?`
const CREATE = `INSERT INTO directory_record (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
const CHANGE = `UPDATE directory_record SET revision = ?, value = ?, owner = ?, changed_at_ms = ?
  WHERE org = ? AND kind = ? AND id = ? AND revision = ?`
const REMOVE = 'DELETE FROM directory_record WHERE org = ? AND kind = ? AND id = ? AND revision = ?'
const GONE_AT = 'SELECT revision FROM directory_gone WHERE org = ? AND kind = ? AND id = ?'
const IS_GONE = 'INSERT INTO directory_gone (org, kind, id, revision) VALUES (?, ?, ?, ?)'
const IS_BACK = 'DELETE FROM directory_gone WHERE org = ? AND kind = ? AND id = ?'

export function recordShelf(
  db: DatabaseSync,
  addChange: History['add'],
): Pick<Shelves, 'record' | 'records' | 'goneAt' | 'swapRecord'> {
  const get = db.prepare(GET)
  const list = db.prepare(LIST)
  const create = db.prepare(CREATE)
  const change = db.prepare(CHANGE)
  const remove = db.prepare(REMOVE)
  const goneAt = db.prepare(GONE_AT)
  const isGone = db.prepare(IS_GONE)
  const isBack = db.prepare(IS_BACK)

  const revisionOfGone = (...name: [org: string, kind: string, id: string]) =>
    (goneAt.get(...name)?.revision ?? 0) as number

  /** Whether anything was where the swap has it from. */
  function put({ before, after, revision }: SwapRecord): boolean {
    const { org, kind, id } = (after ?? before)!
    const name = [org, kind, id] as const
    if (!after) {
      if (remove.run(...name, revision - 1).changes === 0) return false
      isGone.run(...name, revision)
      return true
    }
    const state = [revision, JSON.stringify(after.value), after.owner, after.changedAtMs] as const
    if (before) return change.run(...state, ...name, revision - 1).changes > 0
    if (revisionOfGone(...name) !== revision - 1) return false
    isBack.run(...name)
    return create.run(...name, ...state).changes > 0
  }

  return {
    record(kind, org, id) {
      const row = get.get(org, kind, id)
      return row && keptOf(row)
    },
    records: (kind, org, { after, limit }) => list.all(org, kind, after, limit).map(keptOf),
    goneAt: (kind, org, id) => revisionOfGone(org, kind, id),
    swapRecord: (swap) =>
      transaction(
        db,
        () => {
          if (!put(swap)) return 'moved'
          addChange(swap.change)
          return 'done'
        },
        (outcome) => outcome === 'done',
      ),
  }
}
