import { type Directory, issueKey, keyHasher, staticDirectory } from '@tollgate/kit/directory'
import { type Budget, budgetFrom, type Ledger } from '@tollgate/kit/ledger'
import { memoryLedger } from '@tollgate/testing'
import { expect, it, onTestFinished } from 'vitest'
import type { Config } from '../config/index.ts'
import { ownBudget } from './own-budgets.ts'
import { provision } from './provision.ts'

const hasher = keyHasher('a master key for the test alone, 32 bytes or more')
const perDay = (limit_usd: number) => budgetFrom({ limit_usd, period: 'daily' })
const KEYS = 2_500

const configWith = (key: readonly Budget[], keys: readonly object[] = []): Config =>
  ({
    org: 'acme',
    teams: [{ id: 'red', budgets: [perDay(100)] }],
    keys,
    defaults: { team: [], project: [perDay(7)], user: [], key },
    policies: [],
    providers: [],
    httpProviders: [],
  }) as unknown as Config

const idOf = (at: number) => `k${String(at).padStart(5, '0')}`

function setUp() {
  const ledger = memoryLedger()
  onTestFinished(() => ledger.close())
  const keys = Array.from({ length: KEYS }, (_, at) => {
    const more = at % 2 ? { team: 'red', project: 'atlas' } : {}
    return issueKey({ hasher, org: 'acme', id: idOf(at), ...more }).record
  })
  const written: string[] = []
  const watched: Ledger = {
    ...ledger,
    provision(org, account, budgets) {
      written.push(account)
      return ledger.provision(org, account, budgets)
    },
  }
  const directory: Pick<Directory, 'listKeys'> = staticDirectory(keys)
  /** The accounts that a start writes to. */
  const start = async (config: Config) => {
    written.length = 0
    await provision(config, { ledger: watched, directory })
    return written.toSorted()
  }
  const limitOf = async (account: 'project:atlas' | `key:${string}`) => {
    const [budgets] = await ledger.budgetsOf('acme', [account])
    return budgets?.map(({ limit, raise }) => [limit / 1e9, ...(raise ? [raise.amount / 1e9] : [])])
  }
  return { ledger, start, limitOf }
}

it('a start gives every key its budgets, and the next one only looks', async () => {
  const { start, limitOf } = setUp()
  expect(await start(configWith([perDay(2)]))).toHaveLength(KEYS + 3)
  for (const at of [0, 999, 1_000, 2_499]) expect(await limitOf(`key:${idOf(at)}`)).toEqual([[2]])
  expect(await limitOf('project:atlas')).toEqual([[7]])
  expect(await start(configWith([perDay(2)]))).toEqual(['org:acme', 'team:red'])
})

it('other defaults reach the keys that are there, but for those with budgets of their own, and take no raise', async () => {
  const { ledger, start, limitOf } = setUp()
  await start(configWith([perDay(2)]))
  await ledger.provision('acme', 'key:k00001', [ownBudget({ limit_usd: 9, period: 'daily' }, 'UTC')])
  const budget = perDay(2).id
  const raise = { amount: 5e9, untilMs: Date.now() + 60_000 }
  expect(await ledger.raise({ org: 'acme', account: 'key:k00002', budget, raise })).toEqual({ status: 'ok' })
  expect(await start(configWith([perDay(2)]))).toEqual(['org:acme', 'team:red'])

  const changed = await start(configWith([perDay(3)]))
  expect(changed).toHaveLength(KEYS - 1 + 2)
  expect(changed).not.toContain('key:k00001')
  expect(await limitOf('key:k00000')).toEqual([[3]])
  expect(await limitOf('key:k00001')).toEqual([[9]])
  expect(await limitOf('key:k00002')).toEqual([[3, 5]])
})

it('a key without any budget has an account all the same, as has one that the config states', async () => {
  const { start, limitOf } = setUp()
  const stated = { id: idOf(1), team: 'red', project: 'atlas', budgets: [perDay(1)] }
  expect(await start(configWith([], [stated]))).toHaveLength(KEYS + 3)
  expect(await limitOf('key:k00000')).toEqual([])
  expect(await limitOf('key:k00001')).toEqual([[1]])
  expect(await start(configWith([], [stated]))).toEqual([
    'key:k00001',
    'org:acme',
    'project:atlas',
    'team:red',
  ])
})
