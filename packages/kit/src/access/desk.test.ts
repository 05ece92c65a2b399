import { describe, expect, it } from 'vitest'
import {
  asks,
  clock,
  desk,
  directory,
  HOUR_MS,
  openedAnew,
  org,
  PEOPLE,
  START_MS,
  usd,
} from '../../../../test/support/marketing-desk.ts'
import { nanoUsd } from '../core/money.ts'
import type { Approval } from './approval.ts'
import type { Ask } from './ask.ts'
import type { Party } from './party.ts'

openedAnew()

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

  it.each(['key:ghost', 'project:ghost', 'team:ghost'])(
    'is refused where there is no %s',
    async (account) => {
      const asked = await desk.ask(asks({ account, models: ['gpt-4o'] }))
      expect(asked).toEqual({ status: 'no_account', text: `There is no account ${account}.` })
      expect(await desk.requests(org)).toEqual([])
    },
  )

  it('is taken for a user whom nobody has seen yet', async () => {
    expect(await desk.ask(asks({ account: 'user:new', models: ['gpt-4o'] }))).toMatchObject({
      status: 'open',
    })
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
