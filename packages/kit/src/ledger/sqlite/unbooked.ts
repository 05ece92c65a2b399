import type { DatabaseSync } from 'node:sqlite'
import { checkId, checkRead } from '../check.ts'
import type { Amounts, Basis, Settle } from '../ledger.ts'
import { type Correction, correctionPrefix, type UnbookedList } from '../unbooked.ts'
import { openLedgerFile } from './open.ts'

export interface SqliteUnbookedOptions {
  /** How long a statement may wait for another process that is writing to the file, ms. */
  readonly busyTimeoutMs?: number
}

/**
 * The settles that the books in a file could charge to nobody. The file is opened when somebody first asks; processes
 * that have it open may go on.
 */
export function sqliteUnbooked(
  path: string,
  { busyTimeoutMs = 5000 }: SqliteUnbookedOptions = {},
): UnbookedList {
  let opened: DatabaseSync | undefined
  const file = () => {
    opened ??= openLedgerFile(path, { durability: 'normal', busyTimeoutMs })
    return opened
  }
  return {
    async list(org) {
      checkRead(org, [])
      const rows = file().prepare('SELECT * FROM unbooked WHERE org = ? ORDER BY at_ms, id').all(org)
      return rows.map(({ id, usd, tokens, requests, basis, at_ms: atMs }) => ({
        org,
        id: id as string,
        actual: { usd, tokens, requests } as Amounts,
        basis: basis as Basis,
        atMs: atMs as number,
      }))
    },
    async drop({ org, id, actual: { usd, tokens, requests }, basis, atMs }) {
      checkId(org, id)
      const { changes } = file().prepare(DROP).run(org, id, usd, tokens, requests, basis, atMs)
      return changes === 1
    },
    async corrections(org, id) {
      checkId(org, id)
      const prefix = correctionPrefix(id)
      return file()
        .prepare(CORRECTIONS)
        .all(org, prefix, prefix.length, prefix)
        .map((row) => ({ ...row }) as unknown as Correction)
    },
    async close() {
      opened?.close()
      opened = undefined
    },
  }
}

const DROP = `DELETE FROM unbooked
  WHERE org = ? AND id = ? AND usd = ? AND tokens = ? AND requests = ? AND basis = ? AND at_ms = ?`

const CORRECTIONS = `SELECT budget.account, budget.id AS budget, delta, reason
  FROM adjustment JOIN budget USING (rule)
  WHERE adjustment.org = ? AND adjustment.id >= ? AND substr(adjustment.id, 1, ?) = ?
  ORDER BY adjustment.id`

/** Where settles are kept that belong to no reservation: money may have been spent, so they are never dropped. */
export function unbookedKeeper(db: DatabaseSync): (command: Settle, atMs: number) => void {
  const insert = db.prepare(
    `INSERT INTO unbooked (usd, tokens, requests, basis, at_ms, org, id) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET usd = excluded.usd, tokens = excluded.tokens, requests = excluded.requests,
       basis = excluded.basis WHERE basis = 'estimated'`,
  )
  return ({ org, id, actual, basis }, atMs) =>
    void insert.run(actual.usd, actual.tokens, actual.requests, basis, atMs, org, id)
}
