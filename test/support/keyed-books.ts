import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { issueKey, type KeyRecord, keyHasher } from '@tollgate/kit/directory'
import { sqliteDirectory } from '@tollgate/kit/directory/sqlite'
import { type AccountId, type Budget, budgetFrom } from '@tollgate/kit/ledger'
import { memoryLedger } from '@tollgate/testing'
import { onTestFinished } from 'vitest'
import type { Config } from '../../packages/gateway/src/config/index.ts'
import { sqliteTexts } from '../../packages/gateway/src/keep/sqlite-texts.ts'
import { provisionedNotes } from '../../packages/gateway/src/store/provisioned-notes.ts'

export const hasher = keyHasher('a master key for the test alone, 32 bytes or more')

export const perDay = (limit_usd: number): Budget => budgetFrom({ limit_usd, period: 'daily' })

interface Stated {
  readonly keys?: readonly object[]
  readonly teams?: readonly object[]
}

export const RED = { id: 'red', budgets: [perDay(100)] }

/** A config whose keys have these budgets unless they have some of their own. */
export const configWith = (key: readonly Budget[], { keys = [], teams = [RED] }: Stated = {}): Config =>
  ({
    org: 'acme',
    teams,
    keys,
    defaults: { team: [], project: [perDay(7)], user: [], key },
    policies: [],
    providers: [],
    httpProviders: [],
  }) as unknown as Config

export const idOf = (at: number): string => `k${String(at).padStart(5, '0')}`

/** Every other one belongs to the team red and its project atlas. */
export const keyOf = (at: number): KeyRecord => {
  const more = at % 2 ? { team: 'red', project: 'atlas' } : {}
  return issueKey({ hasher, org: 'acme', id: idOf(at), ...more }).record
}

/** Books, a directory with so many keys, none of which has an account, and the notes of who has. */
export async function keyedBooks(count: number) {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-keyed-'))
  const path = join(folder, 'tollgate.db')
  const ledger = memoryLedger()
  const directory = sqliteDirectory(path)
  const texts = sqliteTexts(path, 'acme')
  let books = 'the first'
  onTestFinished(async () => {
    await Promise.all([ledger.close(), directory.close(), texts.close()])
    rmSync(folder, { recursive: true })
  })
  await Promise.all(Array.from({ length: count }, (_, at) => directory.createKey(keyOf(at))))
  return {
    ledger,
    directory,
    notes: provisionedNotes(texts, async () => books),
    async limitOf(account: AccountId) {
      const [budgets] = await ledger.budgetsOf('acme', [account])
      return budgets?.map(({ limit, raise }) => [limit / 1e9, ...(raise ? [raise.amount / 1e9] : [])])
    },
    openOtherBooks() {
      books = 'others'
    },
  }
}
