import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { nanoUsd, usdToNano } from '../core/money.ts'
import type { Directory } from '../directory/directory.ts'
import type { Role } from '../directory/records.ts'
import { sqliteDirectory } from '../directory/sqlite/index.ts'
import { budgetFrom } from '../ledger/budget-entry.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { sqliteLedger } from '../ledger/sqlite/index.ts'
import type { Approval } from './approval.ts'
import type { Ask } from './ask.ts'
import { type AccessDesk, accessDesk } from './desk.ts'
import type { Party } from './party.ts'

const org = 'acme'
const HOUR_MS = 3_600_000
const START_MS = Date.UTC(2026, 10, 18, 12)
const usd = (amount: string) => nanoUsd(usdToNano(amount))

const KEYS: Readonly<Record<string, { team?: string; user?: string }>> = {
  'adas-laptop': { team: 'marketing', user: 'ada' },
  ci: { team: 'marketing' },
}

/** Who there is: ada and bob in marketing, which lea leads; dee is a director, root an administrator, vic looks on. */
const PEOPLE: Readonly<Record<string, { team?: string; role?: Role }>> = {
  ada: { team: 'marketing' },
  bob: { team: 'marketing' },
  lea: { team: 'marketing', role: 'team-lead' },
  leo: { team: 'search', role: 'team-lead' },
  dee: { role: 'director' },
  root: { role: 'admin' },
  vic: { role: 'viewer' },
}

const TIERS = {
  default: { models: ['gpt-4o-mini'], approval: 'none' },
  project: { models: ['gpt-4o', 'claude-sonnet-*'], approval: 'team-lead' },
  experimental: { models: ['*'], approval: 'director' },
  sealed: { models: ['o9'], approval: 'admin' },
} as const

const clock = { nowMs: START_MS, now: () => clock.nowMs }
let directory: Directory
let ledger: Ledger
let desk: AccessDesk

beforeEach(async () => {
  clock.nowMs = START_MS
  directory = sqliteDirectory(':memory:', { clock })
  ledger = sqliteLedger(':memory:', { clock, budgets: [{ per: 'user', limit_usd: '5.00', period: 'daily' }] })
  onTestFinished(() => Promise.all([directory.close(), ledger.close()]).then(() => {}))
  const { records } = directory
  const put = (kind: 'user' | 'team' | 'tier', id: string, value: object) =>
    records.put({ kind, org, id, value: value as never }, { by: 'test' })
  for (const [id, user] of Object.entries(PEOPLE)) await put('user', id, user)
  await put('team', 'marketing', { leads: ['lea'] })
  await put('team', 'search', { leads: ['leo'] })
  for (const [rank, [id, tier]] of Object.entries(TIERS).entries()) await put('tier', id, { rank, ...tier })
  await ledger.provision(org, 'team:marketing', [budgetFrom({ limit_usd: '500', period: 'daily' })])
  await ledger.provision(org, 'key:ci', [
    budgetFrom({ limit_usd: '1', period: 'daily' }),
    budgetFrom({ limit_usd: '10', period: 'monthly' }),
  ])
  desk = deskOn({})
})

const deskOn = (faults: { ledger?: Partial<Ledger>; records?: Partial<Directory['records']> }): AccessDesk =>
  accessDesk({
    records: { ...directory.records, ...faults.records },
    ledger: { ...ledger, ...faults.ledger },
    keyOwner: (_org, id) => KEYS[id],
    clock,
  })

const asks = (ask: Partial<Ask>): Ask => ({
  org,
  id: 'r1',
  account: 'user:ada',
  by: { user: 'ada' },
  reason: 'launch week',
  lastsMs: HOUR_MS,
  ...ask,
})

const daily = async (account: 'team:marketing' | 'key:ci' | 'user:ada') =>
  (await ledger.read(org, [account]))[0]!.budgets[0]?.limit

describe('who may decide', () => {
  const ADMIN: Party = { admin: true }
  const person = (user: string): Party => ({ user })
  const may: Readonly<Record<Exclude<Approval, 'none'>, readonly string[]>> = {
    'team-lead': ['lea', 'dee', 'root', 'admin'],
    director: ['dee', 'root', 'admin'],
    admin: ['root', 'admin'],
  }
  const wanted: Readonly<Record<keyof typeof may, Partial<Ask>>> = {
    'team-lead': { tier: 'project' },
    director: { tier: 'experimental' },
    admin: { tier: 'sealed' },
  }
  const cases = Object.keys(may).flatMap((approval) =>
    [...Object.keys(PEOPLE), 'admin'].map((name) => [approval as keyof typeof may, name] as const),
  )

  it.each(cases)('of what takes a %s: %s', async (approval, name) => {
    await desk.ask(asks({ ...wanted[approval], account: 'user:bob', by: { user: 'bob' } }))
    const by = name === 'admin' ? ADMIN : person(name)
    const { status } = await desk.approve({ org, id: 'r1', by })
    expect(status).toBe(may[approval].includes(name) ? 'approved' : 'forbidden')
    expect(await desk.grants(org)).toHaveLength(status === 'approved' ? 1 : 0)
  })

  it('goes by the team of the key, the project or the user it is for', async () => {
    await directory.records.put(
      { kind: 'project', org, id: 'site', value: { team: 'search' } },
      { by: 'test' },
    )
    const deciders = async (account: string) => {
      await desk.ask(
        asks({ id: account.replace(':', '-'), account, models: ['gpt-4o'], by: { user: 'bob' } }),
      )
      const statuses = []
      for (const user of ['leo', 'lea']) {
        const decided = await desk.approve({ org, id: account.replace(':', '-'), by: { user } })
        statuses.push(decided.status)
      }
      return statuses
    }
    expect(await deciders('key:ci')).toEqual(['forbidden', 'approved'])
    expect(await deciders('team:marketing')).toEqual(['forbidden', 'approved'])
    expect(await deciders('user:vic')).toEqual(['forbidden', 'forbidden'])
    // Whoever approves what is approved already is told of the grant that there is.
    expect(await deciders('project:site')).toEqual(['approved', 'repeat'])
  })

  it('money and rates come from above: below a team by its lead, to a team by a director', async () => {
    const money = { raise: { nanoUsd: usd('50') } }
    await desk.ask(asks({ account: 'team:marketing', ...money }))
    expect(await desk.approve({ org, id: 'r1', by: { user: 'lea' } })).toMatchObject({
      status: 'forbidden',
      text: 'Only a director or an administrator decides on this.',
    })
    expect((await desk.approve({ org, id: 'r1', by: { user: 'dee' } })).status).toBe('approved')
    await desk.ask(asks({ id: 'r2', account: 'key:ci', rates: { rpm: 600 } }))
    expect((await desk.approve({ org, id: 'r2', by: { user: 'lea' } })).status).toBe('approved')
  })

  it.each<[string, Partial<Ask>, Party]>([
    ['what they have asked for', { by: { user: 'dee' }, account: 'user:bob' }, { user: 'dee' }],
    ['what is for themselves', { by: { user: 'bob' }, account: 'user:dee' }, { user: 'dee' }],
    ['what they asked with a key', { by: { user: 'ada', key: 'adas-laptop' } }, { user: 'ada' }],
    [
      'what their key has asked for',
      { by: { key: 'adas-laptop' }, account: 'team:marketing' },
      { user: 'ada' },
    ],
    ['what is for a key of theirs', { by: { user: 'bob' }, account: 'key:adas-laptop' }, { user: 'ada' }],
    ['by a key of the same user', { by: { user: 'ada' } }, { user: 'ada', key: 'adas-laptop' }],
    ['the token what it has asked for', { by: { admin: true }, account: 'user:bob' }, { admin: true }],
  ])('nobody decides on their own: %s', async (_, ask, by) => {
    for (const id of ['ada', 'dee']) {
      await directory.records.put({ kind: 'user', org, id, value: { role: 'admin' } }, { by: 'test' })
    }
    await desk.ask(asks({ models: ['gpt-4o'], ...ask }))
    expect(await desk.approve({ org, id: 'r1', by })).toMatchObject({ status: 'forbidden' })
    expect(await desk.deny({ org, id: 'r1', by })).toMatchObject({ status: 'forbidden' })
    expect((await desk.approve({ org, id: 'r1', by: { user: 'root' } })).status).toBe('approved')
  })

  it('a model takes the approval of the least tier that has it; one that no tier has, an administrator’s', async () => {
    const approvalOf = async (...models: string[]) => {
      const asked = await desk.ask(
        asks({ id: models.join('-').replaceAll('*', 'x'), models, by: { user: 'bob' } }),
      )
      return 'approval' in asked && asked.approval
    }
    expect(await approvalOf('gpt-4o-mini')).toBe('none')
    expect(await approvalOf('claude-sonnet-4-5')).toBe('team-lead')
    expect(await approvalOf('claude-sonnet-*')).toBe('team-lead')
    expect(await approvalOf('claude-*')).toBe('director')
    expect(await approvalOf('gpt-4o-mini', 'o9')).toBe('director')
  })
})

describe('a request', () => {
  it.each<[string, Partial<Ask>]>([
    ['nothing is wanted', {}],
    ['there is no such tier', { tier: 'golden' }],
    ['a pattern is none', { models: ['gpt 4o'] }],
    ['it does not say why', { models: ['gpt-4o'], reason: ' ' }],
    ['it lasts no time', { models: ['gpt-4o'], lastsMs: 0 }],
    ['it lasts for ever', { models: ['gpt-4o'], lastsMs: 400 * 24 * HOUR_MS }],
    ['it is for nobody', { models: ['gpt-4o'], account: 'ada' }],
    ['it is for the org', { models: ['gpt-4o'], account: 'org:acme' }],
    ['the account has several budgets', { account: 'key:ci', raise: { nanoUsd: usd('1') } }],
    [
      'the account has no such budget',
      { account: 'key:ci', raise: { nanoUsd: usd('1'), budget: 'usd-week' } },
    ],
    ['the account is not in the books', { account: 'user:bob', raise: { nanoUsd: usd('1') } }],
    ['the money is none', { account: 'team:marketing', raise: { nanoUsd: nanoUsd(0) } }],
    ['a rate is none', { rates: { rpm: 0.5 } }],
  ])('is refused, in a sentence, where %s', async (_, ask) => {
    expect(await desk.ask(asks(ask))).toEqual({ status: 'invalid', text: expect.stringMatching(/^\S.*\.$/) })
    expect(await desk.requests(org)).toEqual([])
  })

  it('is asked once, however often it is said', async () => {
    const ask = asks({ models: ['gpt-4o'] })
    expect((await desk.ask(ask)).status).toBe('open')
    expect((await desk.ask(ask)).status).toBe('repeat')
    expect((await desk.ask({ ...ask, models: ['o9'] })).status).toBe('conflict')
    expect(await desk.requests(org)).toHaveLength(1)
  })

  it('is given at once where it needs nobody’s approval', async () => {
    expect(await desk.ask(asks({ tier: 'default' }))).toMatchObject({
      status: 'approved',
      request: { value: { decided: { by: 'nobody' } } },
    })
    expect(await desk.grants(org)).toHaveLength(1)
  })

  it('is taken back by whoever has asked, and by an administrator', async () => {
    await desk.ask(asks({ models: ['gpt-4o'] }))
    expect(await desk.withdraw({ org, id: 'r1', by: { user: 'bob' } })).toMatchObject({ status: 'forbidden' })
    expect(await desk.withdraw({ org, id: 'r1', by: { user: 'ada' } })).toMatchObject({ status: 'withdrawn' })
    expect(await desk.withdraw({ org, id: 'r1', by: { user: 'ada' } })).toMatchObject({ status: 'repeat' })
    expect(await desk.approve({ org, id: 'r1', by: { user: 'dee' } })).toMatchObject({ status: 'decided' })
  })

  it('is one of twenty at most that nobody has to approve, of one asker in a day', async () => {
    const given = (id: string) => desk.ask(asks({ id, tier: 'default', lastsMs: 60_000 }))
    for (let at = 0; at < 20; at++) expect(await given(`r${at}`)).toMatchObject({ status: 'approved' })
    clock.nowMs += HOUR_MS
    expect(await given('r20')).toMatchObject({ status: 'invalid' })
    clock.nowMs += 24 * HOUR_MS
    expect(await given('r20')).toMatchObject({ status: 'approved' })
  })

  it('is one of twenty at most of one asker', async () => {
    for (let at = 0; at < 20; at++) await desk.ask(asks({ id: `r${at}`, models: ['gpt-4o'] }))
    expect(await desk.ask(asks({ id: 'r20', models: ['gpt-4o'] }))).toMatchObject({ status: 'invalid' })
    expect((await desk.ask(asks({ id: 'r21', models: ['gpt-4o'], by: { user: 'bob' } }))).status).toBe('open')
  })

  it('is decided at the revision that was read, where one is named, and so is its grant ended', async () => {
    const by: Party = { user: 'dee' }
    const wish = { org, account: 'key:ci', by: { user: 'bob' }, models: ['gpt-4o'] } as const
    await desk.ask({ ...wish, id: 'r1', reason: 'because', lastsMs: HOUR_MS })
    const moved = { status: 'moved', revision: 1 }
    expect(await desk.approve({ org, id: 'r1', by, ifRevision: 2 })).toEqual(moved)
    expect(await desk.deny({ org, id: 'r1', by, ifRevision: 2 })).toEqual(moved)
    expect(await desk.approve({ org, id: 'r1', by, ifRevision: 1 })).toMatchObject({ status: 'approved' })
    expect(await desk.revoke({ org, id: 'r1', by, ifRevision: 2 })).toEqual(moved)
    expect(await desk.revoke({ org, id: 'r1', by, ifRevision: 1 })).toMatchObject({ status: 'revoked' })
  })

  it('is decided once, whoever is first', async () => {
    await desk.ask(asks({ models: ['gpt-4o'] }))
    const both = await Promise.all([
      desk.approve({ org, id: 'r1', by: { user: 'dee' } }),
      desk.deny({ org, id: 'r1', by: { user: 'root' } }),
    ])
    expect(both.map(({ status }) => status).sort()).toEqual(['approved', 'decided'])
  })
})

describe('a raise', () => {
  const money = (ask: Partial<Ask> = {}) =>
    asks({ account: 'team:marketing', raise: { nanoUsd: usd('50') }, ...ask })
  const dee = { user: 'dee' }

  it('is in the books until its end, and ends by itself', async () => {
    await desk.ask(money())
    await desk.approve({ org, id: 'r1', by: dee })
    expect(await daily('team:marketing')).toBe(usd('550'))
    clock.nowMs = START_MS + HOUR_MS - 1
    expect(await daily('team:marketing')).toBe(usd('550'))
    clock.nowMs += 1
    expect(await daily('team:marketing')).toBe(usd('500'))
  })

  it('lasts as long as whoever approves it says', async () => {
    await desk.ask(money())
    expect(await desk.approve({ org, id: 'r1', by: dee, lastsMs: 2 * HOUR_MS })).toMatchObject({
      grant: { value: { fromMs: START_MS, untilMs: START_MS + 2 * HOUR_MS, approvedBy: 'user:dee' } },
    })
    expect(await desk.approve({ org, id: 'r1', by: dee, lastsMs: 1 })).toMatchObject({ status: 'invalid' })
  })

  it('is taken back by a revoke: what is spent stays spent', async () => {
    await desk.ask(money())
    await desk.approve({ org, id: 'r1', by: dee })
    expect(await desk.revoke({ org, id: 'r1', by: { user: 'bob' } })).toMatchObject({ status: 'forbidden' })
    const held = { usd: usd('530'), tokens: 0, requests: 1 }
    const path = ['team:marketing'] as const
    const memo = { requestId: 'x', model: 'm', priceVersion: 'v' }
    const reserve = { org, id: 'a', path, min: held, want: held, bound: 'proven', ttlMs: HOUR_MS } as const
    await ledger.reserve({ ...reserve, owner: 'test', memo })
    await ledger.settle({ org, id: 'a', actual: held, basis: 'exact' })
    expect(await desk.revoke({ org, id: 'r1', by: dee, reason: 'enough' })).toMatchObject({
      status: 'revoked',
    })
    expect(await desk.revoke({ org, id: 'r1', by: dee })).toMatchObject({ status: 'repeat' })
    expect((await ledger.read(org, path))[0]!.budgets[0]).toMatchObject({
      limit: usd('500'),
      spent: usd('530'),
      remaining: -usd('30'),
    })
  })

  it('adds up with others, and gives way to those that last longer a moment before its end', async () => {
    await desk.ask(money())
    await desk.ask(money({ id: 'r2', raise: { nanoUsd: usd('7') }, lastsMs: 2 * HOUR_MS }))
    for (const id of ['r1', 'r2', 'r1']) await desk.approve({ org, id, by: dee })
    expect(await daily('team:marketing')).toBe(usd('557'))
    clock.nowMs = START_MS + HOUR_MS - 1_000
    await desk.mend(org)
    expect(await daily('team:marketing')).toBe(usd('507'))
    clock.nowMs = START_MS + HOUR_MS
    expect(await daily('team:marketing')).toBe(usd('507'))
    clock.nowMs = START_MS + 2 * HOUR_MS
    expect(await daily('team:marketing')).toBe(usd('500'))
  })

  it('reaches a budget of several that is named', async () => {
    await desk.ask(asks({ account: 'key:ci', raise: { nanoUsd: usd('1'), budget: 'usd-day' } }))
    await desk.approve({ org, id: 'r1', by: dee })
    expect(await daily('key:ci')).toBe(usd('2'))
  })

  it.each(['before', 'after'] as const)(
    'is made exactly once where a process dies %s the books are told',
    async (when) => {
      await desk.ask(money())
      const dying = deskOn({
        ledger: {
          async raise(command) {
            if (when === 'after') await ledger.raise(command)
            throw new Error('died')
          },
        },
      })
      await expect(dying.approve({ org, id: 'r1', by: dee })).rejects.toThrow('died')
      expect((await desk.approve({ org, id: 'r1', by: dee })).status).toBe('repeat')
      for (let time = 0; time < 3; time++) await desk.mend(org)
      expect(await daily('team:marketing')).toBe(usd('550'))
      expect(await desk.grants(org)).toHaveLength(1)
    },
  )

  it('is made at the next start where a process dies before its grant is kept', async () => {
    await desk.ask(money())
    const dying = deskOn({
      records: {
        put: (record, actor) =>
          record.kind === 'grant' ? Promise.reject(new Error('died')) : directory.records.put(record, actor),
      },
    })
    await expect(dying.approve({ org, id: 'r1', by: dee })).rejects.toThrow('died')
    clock.nowMs += HOUR_MS / 2
    await desk.mend(org)
    // From the decision on, not from when it was mended.
    expect(await desk.grants(org)).toMatchObject([
      { value: { fromMs: START_MS, untilMs: START_MS + HOUR_MS, approvedBy: 'user:dee' } },
    ])
    expect(await daily('team:marketing')).toBe(usd('550'))
    clock.nowMs = START_MS + HOUR_MS
    await desk.mend(org)
    expect(await daily('team:marketing')).toBe(usd('500'))
  })

  it('is taken back at the next start where a process dies within a revoke', async () => {
    await desk.ask(money())
    await desk.approve({ org, id: 'r1', by: dee })
    const dying = deskOn({ ledger: { raise: () => Promise.reject(new Error('died')) } })
    await expect(dying.revoke({ org, id: 'r1', by: dee })).rejects.toThrow('died')
    await desk.mend(org)
    expect(await daily('team:marketing')).toBe(usd('500'))
  })
})

it('every change is in the history, with who, why, and what was before and after', async () => {
  await desk.ask(asks({ models: ['gpt-4o'] }))
  await desk.approve({ org, id: 'r1', by: { user: 'lea' }, reason: 'for the launch' })
  await desk.revoke({ org, id: 'r1', by: { user: 'dee' }, reason: 'launched' })
  const changes = await directory.records.changes(org, { limit: 4 })
  expect(
    changes.map(({ kind, actor, before, after }) => [kind, actor.by, actor.reason, before, after]),
  ).toMatchObject([
    ['grant', 'user:dee', 'launched', { untilMs: START_MS + HOUR_MS }, { revoked: { by: 'user:dee' } }],
    ['grant', 'user:lea', 'for the launch', undefined, { untilMs: START_MS + HOUR_MS }],
    ['access_request', 'user:lea', 'for the launch', { state: 'open' }, { state: 'approved' }],
    ['access_request', 'user:ada', 'launch week', undefined, { state: 'open' }],
  ])
})
