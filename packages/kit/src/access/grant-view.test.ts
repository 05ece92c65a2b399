import { expect, it, onTestFinished } from 'vitest'
import type { Grant } from '../directory/records.ts'
import { sqliteDirectory } from '../directory/sqlite/index.ts'
import { grantView } from './grant-view.ts'
import { recordCache } from './record-cache.ts'

const ORG = 'acme'
const START_MS = Date.UTC(2026, 10, 18)

function setUp() {
  const clock = { nowMs: START_MS, now: () => clock.nowMs }
  const directory = sqliteDirectory(':memory:', { clock })
  const cache = recordCache({ directory, clock })
  onTestFinished(async () => {
    cache.close()
    await directory.close()
  })
  const give = (id: string, grant: Partial<Grant>) =>
    directory.records.put(
      {
        kind: 'grant',
        org: ORG,
        id,
        value: {
          account: 'user:ada',
          approvedBy: 'admin',
          reason: 'because',
          fromMs: START_MS,
          untilMs: START_MS + 1_000,
          ...grant,
        },
      },
      { by: 'test' },
    )
  return { clock, directory, cache, give, view: grantView({ cache, clock }) }
}

const ada = { org: ORG, team: 'search', user: 'ada', key: 'k1' }

it('tells what the accounts of a caller were granted together, from memory, up to the last ms', async () => {
  const { clock, give, view } = setUp()
  await give('a', { models: ['gpt-4o'], rates: { rpm: 100 } })
  await give('b', { account: 'team:search', tier: 'project', untilMs: START_MS + 2_000 })
  await give('c', { account: 'key:k2', models: ['o3'] })
  await give('d', { models: ['o9'], rates: { rpm: 500, tpm: 9 }, fromMs: START_MS + 500 })
  await view.of(ada)
  // The second time it is at once.
  expect(view.of(ada)).toEqual({
    models: ['gpt-4o'],
    tiers: ['project'],
    rates: new Map([['user:ada', { rpm: 100 }]]),
    ids: ['b', 'a'],
  })
  clock.nowMs = START_MS + 999
  expect(view.of(ada)).toMatchObject({
    models: ['gpt-4o', 'o9'],
    rates: new Map([['user:ada', { rpm: 500, tpm: 9 }]]),
  })
  clock.nowMs = START_MS + 1_000
  expect(view.of(ada)).toMatchObject({ models: [], tiers: ['project'], ids: ['b'] })
  clock.nowMs = START_MS + 2_000
  expect(view.of(ada)).toMatchObject({ tiers: [], ids: [] })
})

it('is told of a revoke, and looks again by itself when it is not told', async () => {
  const { clock, give, view, cache, directory } = setUp()
  const revoked = { by: 'admin', atMs: START_MS }
  await give('a', { models: ['gpt-4o'], untilMs: START_MS + 60_000 })
  expect(await view.of(ada)).toMatchObject({ ids: ['a'] })
  await give('a', { models: ['gpt-4o'], untilMs: START_MS + 60_000, revoked })
  expect(await view.of(ada)).toMatchObject({ ids: [] })

  cache.close()
  const deaf = recordCache({ directory: { ...directory, watch: () => () => {} }, clock })
  const later = grantView({ cache: deaf, clock })
  await give('b', { models: ['o3'], untilMs: START_MS + 60_000 })
  expect(await later.of(ada)).toMatchObject({ ids: ['b'] })
  await give('b', { models: ['o3'], untilMs: START_MS + 60_000, revoked })
  clock.nowMs = START_MS + 9_999
  expect(later.of(ada)).toMatchObject({ ids: ['b'] })
  clock.nowMs = START_MS + 10_000
  expect(await later.of(ada)).toMatchObject({ ids: [] })
})

it('gives nobody anything while what is known is too old and cannot be read', async () => {
  const { clock, give, directory } = setUp()
  let broken = false
  const { records } = directory
  const list: typeof records.list = async (...args) => {
    if (broken) throw new Error('the disk is gone')
    return records.list(...args)
  }
  const cache = recordCache({ directory: { ...directory, records: { ...records, list } }, clock })
  const view = grantView({ cache, clock })
  await give('a', { models: ['gpt-4o'], untilMs: START_MS + 60_000 })
  expect(await view.of(ada)).toMatchObject({ ids: ['a'] })
  broken = true
  expect(view.of(ada)).toMatchObject({ ids: ['a'] })
  clock.nowMs = START_MS + 10_000
  expect(await view.of(ada)).toMatchObject({ ids: [] })
})
