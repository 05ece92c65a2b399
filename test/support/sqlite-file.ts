import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { amounts, ORG, START_MS } from '../../packages/kit/src/conformance/ledger/bench.ts'
import type { Ledger, ReserveResult } from '../../packages/kit/src/ledger/ledger.ts'
import { type SqliteLedgerOptions, sqliteLedger } from '../../packages/kit/src/ledger/sqlite/index.ts'
import { closeAfter } from './close-after.ts'

/** Where there is no file yet, nor its folder; until the test ends. */
export function freshPath(): string {
  const place = mkdtempSync(join(tmpdir(), 'tollgate-ledger-'))
  closeAfter(async () => rmSync(place, { recursive: true, force: true }))
  return join(place, 'made', 'books.db')
}

/** What a user gets whom nobody has seen. */
export const budgets = [{ per: 'user', limit_usd: '1.00', period: 'daily' }] as const

/** Books in a file, on a clock that stands. */
export const open = (path: string, options: SqliteLedgerOptions = {}): Ledger =>
  sqliteLedger(path, { clock: { now: () => START_MS }, budgets, ...options })

/** Reserve ten cents for a user, or so much. */
export function reserve(ledger: Ledger, id: string, usd = 100_000_000): Promise<ReserveResult> {
  return ledger.reserve({
    org: ORG,
    id,
    path: ['org:acme', 'user:ada'],
    min: amounts(usd),
    want: amounts(usd),
    bound: 'proven',
    ttlMs: 60_000,
    owner: 'me',
    memo: { requestId: 'r', model: 'm', priceVersion: 'v' },
  })
}

export const settle = (ledger: Ledger, id: string, usd: number): ReturnType<Ledger['settle']> =>
  ledger.settle({ org: ORG, id, actual: amounts(usd), basis: 'exact' })

/** [spent, reserved] of that user, nano-USD. */
export async function standing(ledger: Ledger): Promise<number[]> {
  const [state] = await ledger.read(ORG, ['user:ada'])
  return [state!.spent, state!.reserved]
}

/** Do something to the file behind the ledger's back. */
export function tamper(path: string, sql: string): void {
  const db = new DatabaseSync(path)
  db.exec(sql)
  db.close()
}
