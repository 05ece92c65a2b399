import { nanoUsd } from '@tollgate/kit/core'
import type { AccountId, Ledger } from '@tollgate/kit/ledger'
import { describe, expect, it, onTestFinished } from 'vitest'
import { configWith, idOf, keyedBooks, keyOf, perDay } from '../../../../test/support/keyed-books.ts'
import type { Config } from '../config/index.ts'
import { provision } from './provision.ts'
import { type Provisioner, provisioner } from './provisioner.ts'

/** So many are provided for before anybody comes, of more than there are on a page of the directory. */
const [FIRST, KEYS] = [1000, 1100]
const LAST: AccountId = `key:${idOf(KEYS - 2)}`
const SECOND_LAST: AccountId = `key:${idOf(KEYS - 4)}`

const HIGH = configWith([perDay(9)])
const LOW = configWith([perDay(2)])

/** Accounts that nobody can write to until they are let go. */
function heldBack(ledger: Ledger, accounts: readonly AccountId[]) {
  const [tried, letGo] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const books: Ledger = {
    ...ledger,
    async provision(org, account, budgets) {
      if (accounts.includes(account)) {
        tried.resolve()
        await letGo.promise
      }
      return ledger.provision(org, account, budgets)
    },
  }
  return { books, tried: tried.promise, letGo: letGo.resolve }
}

let reservations = 0
const asking = ({ ledger }: Pick<Provisioner, 'ledger'>, usd: number, path: readonly AccountId[]) =>
  ledger
    .reserve({
      org: 'acme',
      id: `r${reservations++}`,
      path,
      min: { usd: nanoUsd(usd * 1e9), tokens: 1, requests: 1 },
      want: { usd: nanoUsd(usd * 1e9), tokens: 1, requests: 1 },
      bound: 'proven',
      ttlMs: 60_000,
      owner: 'test',
      memo: { requestId: 'r', model: 'gpt-4o-mini', priceVersion: '1' },
    })
    .then(({ status }) => status)

/** @param by what all of them had theirs by before; by nothing: none has an account. */
async function setUp(by: Config | undefined) {
  const books = await keyedBooks(KEYS)
  const { ledger, directory, notes } = books
  const options = { ledger, directory, front: { records: [] } }
  if (by) await provision(by, { ...options, notes })
  const faults: unknown[] = []
  /** @param held what nobody can write to until it is let go. */
  const provisioning = (held: readonly AccountId[], books = ledger) => {
    const { books: heldBooks, letGo, tried } = heldBack(books, held)
    const made = provisioner({
      ...options,
      ledger: heldBooks,
      withNotes: (_, work) => work(notes),
      onFault: (error) => faults.push(error),
      beforeAnybody: FIRST,
      retryMs: 1,
    })
    onTestFinished(async () => {
      letGo()
      await made.close()
    })
    return { ...made, letGo, tried }
  }
  return { ...books, provisioning, faults }
}

describe('where there are more accounts than can wait', () => {
  it('callers come before all of them have their budgets, and a lower limit holds for each at once', async () => {
    const { provisioning, limitOf, notes } = await setUp(HIGH)
    const given = provisioning([LAST])
    await given.provision(LOW)
    expect([await limitOf('key:k00000'), await limitOf(LAST)]).toEqual([[[2]], [[9]]])
    const asked = asking(given, 5, [LAST])
    const other = asking(given, 5, [SECOND_LAST])
    // Somebody else's account stands in nobody's way.
    expect(await other).toBe('denied')
    expect(await notes.read()).toBeUndefined()
    given.letGo()
    expect(await asked).toBe('denied')
    expect(await limitOf(LAST)).toEqual([[2]])
  })

  it('a key has an account before its first call, and so has what it belongs to', async () => {
    const { provisioning, limitOf } = await setUp(undefined)
    const inTeam: AccountId = `key:${idOf(KEYS - 1)}`
    const given = provisioning(['key:k01000'])
    await given.provision(LOW)
    expect(await limitOf(inTeam)).toBeUndefined()
    const path: AccountId[] = ['org:acme', 'team:red', 'project:atlas', inTeam]
    expect(await asking(given, 1, path)).toBe('ok')
    expect(await asking(given, 2, path)).toBe('denied')
    expect([await limitOf('project:atlas'), await limitOf('team:red')]).toEqual([[[7]], [[100]]])
    // What the directory does not know is not made up.
    expect(await asking(given, 1, ['org:acme', 'team:ghost', inTeam])).toBe('no_account')
    given.letGo()
  })

  it('what is granted meanwhile is granted on the budget that holds', async () => {
    const { provisioning, limitOf } = await setUp(HIGH)
    const given = provisioning([SECOND_LAST])
    await given.provision(LOW)
    const raise = { amount: 5e9, untilMs: Date.now() + 60_000 }
    const budget = perDay(2).id
    expect(await given.ledger.raise({ org: 'acme', account: LAST, budget, raise })).toEqual({ status: 'ok' })
    given.letGo()
    await given.provision(LOW)
    expect(await limitOf(LAST)).toEqual([[2, 5]])
  })

  it('what the books will not do is tried again until it is done', async () => {
    const { ledger, provisioning, limitOf, notes, faults } = await setUp(HIGH)
    let away = 3
    const books: Ledger = {
      ...ledger,
      async provision(org, account, budgets) {
        if (account === LAST && away-- > 0) throw new Error('away')
        return ledger.provision(org, account, budgets)
      },
    }
    const given = provisioning([], books)
    await given.provision(LOW)
    await expect.poll(() => notes.read()).toBeDefined()
    expect(await limitOf(LAST)).toEqual([[2]])
    expect(faults).toHaveLength(3)
  })

  it('who comes while the books are away is refused, and served once they are there', async () => {
    const { ledger, provisioning } = await setUp(HIGH)
    const failing = { now: true }
    const books: Ledger = {
      ...ledger,
      async provision(org, account, budgets) {
        if (account === LAST && failing.now) throw new Error('away')
        return ledger.provision(org, account, budgets)
      },
    }
    const given = provisioning([SECOND_LAST], books)
    await given.provision(LOW)
    await expect(asking(given, 1, [LAST])).rejects.toThrow('away')
    failing.now = false
    expect(await asking(given, 1, [LAST])).toBe('ok')
  })

  it('the last config has its say, whatever was still being given by the one before', async () => {
    const { provisioning, limitOf, notes } = await setUp(HIGH)
    const given = provisioning([SECOND_LAST])
    await given.provision(LOW)
    const [lazily, slow] = [asking(given, 1, [SECOND_LAST]), asking(given, 1, [LAST])]
    await given.tried
    const lowest = given.provision(configWith([perDay(1)]))
    given.letGo()
    await lowest
    expect(await Promise.all([lazily, slow])).toEqual(['ok', 'ok'])
    expect(await asking(given, 1, [LAST])).toBe('denied')
    expect(await asking(given, 1, [SECOND_LAST])).toBe('denied')
    await expect.poll(() => notes.read()).toBeDefined()
    for (const at of [0, 999, 1000, KEYS - 1]) expect(await limitOf(`key:${idOf(at)}`)).toEqual([[1]])
  })

  it('a config that cannot be taken leaves the one in force to be gone on with', async () => {
    const { ledger, provisioning, limitOf, notes } = await setUp(HIGH)
    const given = provisioning([SECOND_LAST], {
      ...ledger,
      async provision(org, account, budgets) {
        if (account === 'team:blue') throw new Error('the disk is full')
        return ledger.provision(org, account, budgets)
      },
    })
    await given.provision(LOW)
    const broken = given.provision(
      configWith([perDay(50)], { teams: [{ id: 'blue', budgets: [perDay(1)] }] }),
    )
    given.letGo()
    await expect(broken).rejects.toThrow('the disk is full')
    expect(await asking(given, 5, [LAST])).toBe('denied')
    await expect.poll(() => notes.read()).toBeDefined()
    expect(await limitOf(`key:${idOf(KEYS - 1)}`)).toEqual([[2]])
  })

  it('a key that is made while the others have theirs has the same', async () => {
    const { directory, provisioning, limitOf } = await setUp(HIGH)
    const given = provisioning([LAST])
    await given.provision(LOW)
    await directory.createKey({ ...keyOf(2), id: 'a-new-one', lookup: 'a-new-handle' })
    await given.provision(LOW)
    expect(await limitOf('key:a-new-one')).toEqual([[2]])
    given.letGo()
  })
})

describe('a config that cannot be taken', () => {
  /** The first account of all keys, which every pass comes to before anybody may come. */
  const FAULTY: AccountId = `key:${idOf(6)}`
  const raisedIn = (config: Config, teams: readonly object[] = []): Config =>
    configWith(config.defaults.key, { teams: [{ id: 'red', budgets: [perDay(500)] }, ...teams] })
  const failing = (
    ledger: Ledger,
    account: AccountId,
    when: (limit: number | undefined) => boolean,
  ): Ledger => ({
    ...ledger,
    async provision(org, name, budgets) {
      if (name === account && when(budgets[0]?.limit)) throw new Error('the disk is full')
      return ledger.provision(org, name, budgets)
    },
  })
  const ofHigh = (limit: number | undefined) => limit === 9e9

  it('leaves nobody what it says, though all had theirs by the one in force', async () => {
    const { ledger, provisioning, limitOf, notes } = await setUp(LOW)
    const given = provisioning([], failing(ledger, FAULTY, ofHigh))
    await given.provision(LOW)
    await expect.poll(() => notes.read()).toBeDefined()
    await expect(given.provision(raisedIn(HIGH))).rejects.toThrow('the disk is full')
    expect(await asking(given, 5, ['key:k00000'])).toBe('denied')
    expect(await asking(given, 200, ['team:red'])).toBe('denied')
    await expect.poll(() => limitOf('key:k00001')).toEqual([[2]])
    expect(await limitOf('team:red')).toEqual([[100]])
  })

  it('gives nobody anything once another is in force again, however late its books answer', async () => {
    const { ledger, provisioning } = await setUp(LOW)
    const late = heldBack(ledger, [LAST])
    const books: Ledger = {
      ...ledger,
      provision: (org, account, budgets) =>
        (ofHigh(budgets[0]?.limit) ? late.books : ledger).provision(org, account, budgets),
    }
    const given = provisioning([], failing(books, FAULTY, ofHigh))
    await given.provision(LOW)
    const refused = given.provision(HIGH)
    refused.catch(() => {})
    const lazily = asking(given, 1, [LAST])
    await late.tried
    await expect(refused).rejects.toThrow('the disk is full')
    const after = asking(given, 5, [LAST])
    late.letGo()
    expect(await lazily).toBe('ok')
    expect(await asking(given, 5, [LAST])).toBe('denied')
    expect(await after).toBe('denied')
  })

  it('refuses nobody who came while it was tried', async () => {
    const { ledger, provisioning } = await setUp(LOW)
    const held = heldBack(
      failing(ledger, 'team:blue', () => true),
      ['team:red'],
    )
    const given = provisioning([], {
      ...ledger,
      provision: (org, account, budgets) =>
        (budgets[0]?.limit === 500e9 || account === 'team:blue' ? held.books : ledger).provision(
          org,
          account,
          budgets,
        ),
    })
    await given.provision(LOW)
    const refused = given.provision(raisedIn(HIGH, [{ id: 'blue', budgets: [perDay(1)] }]))
    refused.catch(() => {})
    await held.tried
    const meanwhile = asking(given, 1, ['team:red', 'key:k00001'])
    held.letGo()
    await expect(refused).rejects.toThrow('the disk is full')
    expect(await meanwhile).toBe('ok')
  })
})

it('whoever shares a team with an account that cannot be written to has theirs', async () => {
  const { ledger, provisioning } = await setUp(HIGH)
  const inTeam: AccountId = `key:${idOf(KEYS - 1)}`
  const faulty: AccountId = `key:${idOf(KEYS - 3)}`
  const given = provisioning([SECOND_LAST, faulty], {
    ...ledger,
    async provision(org, account, budgets) {
      if (account === faulty) throw new Error('away')
      return ledger.provision(org, account, budgets)
    },
  })
  await given.provision(LOW)
  const bad = asking(given, 1, ['org:acme', 'project:atlas', faulty])
  await given.tried
  const good = asking(given, 1, ['org:acme', 'project:atlas', inTeam])
  given.letGo()
  await expect(bad).rejects.toThrow('away')
  expect(await good).toBe('ok')
})

it('what was begun before is extended by the limit that holds', async () => {
  const { provisioning } = await setUp(HIGH)
  const given = provisioning([LAST])
  await given.provision(HIGH)
  expect(await asking(given, 1, [LAST])).toBe('ok')
  const id = `r${reservations - 1}`
  await given.provision(LOW)
  const more = { usd: nanoUsd(4e9), tokens: 1, requests: 0 }
  const consumed = { usd: nanoUsd(0), tokens: 0, requests: 0 }
  const extended = given.ledger.extend({
    org: 'acme',
    id,
    min: more,
    want: more,
    consumed,
    ttlMs: 60_000,
  })
  given.letGo()
  expect(await extended).toMatchObject({ status: 'denied' })
})

it('a start that is ended goes on with the next one', async () => {
  const { ledger, directory, provisioning, limitOf, notes } = await setUp(HIGH)
  const given = provisioning([LAST])
  await given.provision(LOW)
  const closed = given.close()
  given.letGo()
  await closed
  expect(await notes.read()).toBeUndefined()
  await provision(LOW, { ledger, directory, front: { records: [] }, notes })
  expect(await limitOf(LAST)).toEqual([[2]])
})
