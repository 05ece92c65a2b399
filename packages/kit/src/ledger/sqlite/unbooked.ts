import type { DatabaseSync } from 'node:sqlite'
import { checkId, checkRead } from '../check.ts'
import type { Amounts, Basis } from '../ledger.ts'
import type { UnbookedList } from '../unbooked.ts'
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
    async drop(org, id) {
      checkId(org, id)
      return file().prepare('DELETE FROM unbooked WHERE org = ? AND id = ?').run(org, id).changes === 1
    },
    async close() {
      opened?.close()
      opened = undefined
    },
  }
}
