import { issueKey } from '@tollgate/kit/directory'
import type { Ledger } from '@tollgate/kit/ledger'
import { describe, expect, it } from 'vitest'
import {
  configWith,
  hasher,
  idOf,
  keyedBooks,
  keyOf,
  perDay,
  RED,
} from '../../../../test/support/keyed-books.ts'
import type { Config } from '../config/index.ts'
import { ownBudget } from './own-budgets.ts'
import { provision } from './provision.ts'
import { provisionAccount } from './provision-account.ts'
import type { ProvisionedNotes } from './provisioned-notes.ts'

async function turnsOfTheLoop(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate)
}

/** More than a page of a directory. */
const KEYS = 1_050

/** What a config itself names is given its budgets each time. */
const STATED = ['org:acme', 'team:red']

async function setUp(count = KEYS) {
  const books = await keyedBooks(count)
  const { ledger, directory, notes } = books
  const written: string[] = []
  let read = 0
  const watched: Ledger = {
    ...ledger,
    provision(org, account, budgets) {
      written.push(account)
      return ledger.provision(org, account, budgets)
    },
    budgetsOf(org, accounts) {
      read += accounts.length
      return ledger.budgetsOf(org, accounts)
    },
  }
  const options = { ledger: watched, directory, front: { records: [] }, notes }
  return {
    ...books,
    options,
    /** The accounts that a start writes to, and how many it looks at. */
    async start(config: Config, more: Partial<typeof options> = {}) {
      written.length = 0
      read = 0
      await provision(config, { ...options, ...more })
      return { written: written.toSorted(), read }
    },
  }
}

describe('a start', () => {
  it('gives every key its budgets, and the next one looks at none of them', async () => {
    const { start, limitOf } = await setUp()
    expect((await start(configWith([perDay(2)]))).written).toHaveLength(KEYS + 3)
    for (const at of [0, 999, 1_000, KEYS - 1]) expect(await limitOf(`key:${idOf(at)}`)).toEqual([[2]])
    expect(await limitOf('project:atlas')).toEqual([[7]])
    expect(await start(configWith([perDay(2)]))).toEqual({ written: STATED, read: STATED.length })
  })

  it('gives other defaults to the keys that are there, but for those with budgets of their own, and takes no raise', async () => {
    const { ledger, start, limitOf } = await setUp()
    await start(configWith([perDay(2)]))
    await ledger.provision('acme', 'key:k00001', [ownBudget({ limit_usd: 9, period: 'daily' }, 'UTC')])
    const budget = perDay(2).id
    const raise = { amount: 5e9, untilMs: Date.now() + 60_000 }
    expect(await ledger.raise({ org: 'acme', account: 'key:k00002', budget, raise })).toEqual({
      status: 'ok',
    })

    const { written } = await start(configWith([perDay(3)]))
    expect(written).toHaveLength(KEYS - 1 + 2)
    expect(written).not.toContain('key:k00001')
    expect(await limitOf('key:k00000')).toEqual([[3]])
    expect(await limitOf('key:k00001')).toEqual([[9]])
    expect(await limitOf('key:k00002')).toEqual([[3, 5]])
  })

  it('makes an account for a key without any budget, and for one that the config states', async () => {
    const { start, limitOf } = await setUp(4)
    const keys = [{ id: idOf(1), team: 'red', project: 'atlas', budgets: [perDay(1)] }]
    await start(configWith([], { keys }))
    expect(await limitOf('key:k00000')).toEqual([])
    expect(await limitOf('key:k00001')).toEqual([[1]])
  })
})

describe('a start after which only something has changed', () => {
  it('makes the account of a key whose maker ended before it had one, and of whom it belongs to', async () => {
    const { start, directory, limitOf } = await setUp(4)
    await start(configWith([perDay(2)]))
    await directory.createKey({ ...keyOf(10), team: 'blue' })
    await directory.changeKey(idOf(2), { project: 'pluto' })
    await directory.records.put({ kind: 'team', org: 'acme', id: 'green', value: {} }, { by: 'admin' })
    expect((await start(configWith([perDay(2)]))).written).toEqual(
      ['key:k00010', 'project:pluto', 'team:blue', 'team:green', ...STATED].sort(),
    )
    expect(await limitOf('key:k00010')).toEqual([[2]])
    expect((await start(configWith([perDay(2)]))).written).toEqual(STATED)
  })

  it('gives what a config states no more the budgets of its kind, also when it had ended halfway', async () => {
    const { start, options, limitOf } = await setUp(4)
    const blue = { id: 'blue', budgets: [perDay(50)] }
    await start(configWith([perDay(2)]))
    const broken: Ledger = {
      ...options.ledger,
      provision: async (org, account, budgets) => {
        const done = await options.ledger.provision(org, account, budgets)
        if (account === 'team:blue') throw new Error('out of memory')
        return done
      },
    }
    await expect(start(configWith([perDay(2)], { teams: [RED, blue] }), { ledger: broken })).rejects.toThrow(
      'out of memory',
    )
    expect(await limitOf('team:blue')).toEqual([[50]])
    expect((await start(configWith([perDay(2)]))).written).toEqual(['org:acme', 'team:blue', 'team:red'])
    expect(await limitOf('team:blue')).toEqual([])
  })

  it('does so by other rules too, and after a start by others that had ended halfway', async () => {
    const { start, options, limitOf } = await setUp(4)
    const blue = { id: 'blue', budgets: [perDay(50)] }
    await start(configWith([perDay(2)], { teams: [RED, blue] }))
    const away: Ledger = {
      ...options.ledger,
      provision: async (org, account, budgets) => {
        if (account === 'key:k00002') throw new Error('away')
        return options.ledger.provision(org, account, budgets)
      },
    }
    await expect(start(configWith([perDay(3)]), { ledger: away })).rejects.toThrow('away')
    expect(await limitOf('team:blue')).toEqual([[50]])
    await start(configWith([perDay(3)]))
    expect(await limitOf('team:blue')).toEqual([])
  })

  it('knows the key that no history names: the demonstration', async () => {
    const { start, limitOf } = await setUp(2)
    await start(configWith([perDay(2)]))
    await start(configWith([perDay(2)]), { front: { records: [keyOf(77)] } as never })
    expect(await limitOf('key:k00077')).toEqual([[2]])
  })
})

describe('budgets that come with tiers', () => {
  const config = configWith([perDay(2)])
  const admin = { by: 'admin' }
  const tier = (limit_usd: string) => ({
    ...({ kind: 'tier', org: 'acme', id: 'large' } as const),
    value: { models: ['*'], rank: 0, budgets: [{ limit_usd, period: 'daily' as const }] },
  })

  it('are given by the next start to whoever has one that came with others when somebody ended', async () => {
    const { start, directory, limitOf } = await setUp(4)
    await directory.records.put(tier('50'), admin)
    await directory.changeKey(idOf(2), { tier: 'large' })
    await directory.records.put({ kind: 'user', org: 'acme', id: 'ada', value: { tier: 'large' } }, admin)
    await directory.records.put({ kind: 'user', org: 'acme', id: 'bob', value: {} }, admin)
    await start(config)
    expect(await limitOf('key:k00002')).toEqual([[50]])
    expect([await limitOf('user:ada'), await limitOf('user:bob')]).toEqual([[[50]], undefined])
    await directory.records.put(tier('60'), admin)
    expect((await start(config)).written).toEqual(['key:k00002', 'user:ada', ...STATED].sort())
    expect(await limitOf('key:k00002')).toEqual([[60]])
    expect(await start(config)).toEqual({ written: STATED, read: STATED.length })
    await directory.records.put({ kind: 'org', org: 'acme', id: 'acme', value: { tier: 'large' } }, admin)
    await start(config)
    expect([await limitOf('key:k00000'), await limitOf('key:k00001')]).toEqual([[[60]], [[2]]])
  })

  it('are those of the tier that somebody was moved to while they were being given', async () => {
    const { start, options, directory, limitOf } = await setUp(4)
    await directory.records.put(tier('50'), admin)
    const moving: Ledger = {
      ...options.ledger,
      async provision(org, account, budgets) {
        const isFirst = account === 'key:k00002' && (await directory.getKey(idOf(2)))?.tier === undefined
        if (isFirst) await directory.changeKey(idOf(2), { tier: 'large' })
        return options.ledger.provision(org, account, budgets)
      },
    }
    await start(config, { ledger: moving })
    expect(await limitOf('key:k00002')).toEqual([[50]])
  })
})

it('the keys of another org are left to those who go by its rules', async () => {
  const { start, ledger, directory } = await setUp(2)
  const theirs = issueKey({ hasher, org: 'globex', id: 'k99999', team: 'sales' }).record
  await directory.createKey(theirs)
  await ledger.provision('globex', 'org:globex', [perDay(9)])
  await ledger.provision('globex', 'key:k99999', [perDay(1)])
  expect((await start(configWith([perDay(2)]))).written).not.toContain('key:k99999')
  expect(await ledger.budgetsOf('globex', ['org:globex', 'team:sales', 'key:k99999'])).toEqual([
    [perDay(9)],
    undefined,
    [perDay(1)],
  ])
})

it('budgets that are set while others are given stay set', async () => {
  const { ledger, directory, limitOf } = await setUp(1)
  const account = 'key:k00000'
  const set = Promise.withResolvers<void>()
  const read = Promise.withResolvers<void>()
  const between: Ledger = {
    ...ledger,
    async budgetsOf(org, accounts) {
      const kept = await ledger.budgetsOf(org, accounts)
      read.resolve()
      // Whoever takes turns with this one cannot be waited for.
      await Promise.race([set.promise, turnsOfTheLoop(100)])
      return kept
    },
  }
  const rules = { ...configWith([perDay(9)]), timeZone: 'UTC' }
  const given = provisionAccount({ rules, ledger: between, directory }, { org: 'acme', account })
  await read.promise
  const own = [ownBudget({ limit_usd: 1, period: 'daily' }, 'UTC')]
  await provisionAccount({ rules, ledger, directory }, { org: 'acme', account, own }).then(set.resolve)
  await given
  expect(await limitOf(account)).toEqual([[1]])
})

describe('everything is looked at again', () => {
  const config = configWith([perDay(2)])

  it('in other books', async () => {
    const { ledger, start, openOtherBooks, limitOf } = await setUp(4)
    await start(config)
    await ledger.provision('acme', 'key:k00003', [])
    expect((await start(config)).written).toEqual(STATED)
    openOtherBooks()
    expect((await start(config)).written).toEqual(['key:k00003', ...STATED])
    expect(await limitOf('key:k00003')).toEqual([[2]])
  })

  it('after a start that has not come to its end', async () => {
    const { start, options, limitOf } = await setUp(4)
    const away: Ledger = {
      ...options.ledger,
      provision: async (org, account, budgets) => {
        if (account === 'key:k00002') throw new Error('away')
        return options.ledger.provision(org, account, budgets)
      },
    }
    await expect(start(config, { ledger: away })).rejects.toThrow('away')
    expect(await limitOf('key:k00002')).toBeUndefined()
    await start(config)
    expect(await limitOf('key:k00002')).toEqual([[2]])
  })

  it('when somebody has gone by other rules at the same time, whoever ends last', async () => {
    const other = configWith([perDay(3)])
    const { start, options, notes } = await setUp(4)
    let theirs: Promise<void> | undefined
    const slow: ProvisionedNotes = {
      ...notes,
      async goingBy(rules) {
        theirs ??= provision(other, options)
        await (theirs as Promise<void>)
        await notes.goingBy(rules)
      },
    }
    await start(config, { notes: slow })
    expect(await notes.read()).toBeUndefined()
    expect((await start(other)).written).toHaveLength(4 + STATED.length)
  })

  it('but is done once by those who start together by the same rules', async () => {
    const { start, options, notes } = await setUp(4)
    await Promise.all([provision(config, options), provision(config, options), provision(config, options)])
    expect(await notes.read()).toMatchObject({ books: 'the first' })
    expect(await start(config)).toEqual({ written: STATED, read: STATED.length })
  })
})
