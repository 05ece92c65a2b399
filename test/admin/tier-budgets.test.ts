import { describe, expect, it } from 'vitest'
import { type Place, place, SECRET } from '../support/gateway.ts'
import { keys, redisPlace } from '../support/redis-place.ts'
import { type Ask, operatorAt } from './operator.ts'

const DEFAULTS = `
defaults:
  team: { budgets: [{ limit_usd: 7, period: daily }] }
  key: { budgets: [{ limit_usd: 3, period: daily }] }
`
const KEYS = `keys: [{ id: ada, secret: "${SECRET}" }]`

const PLACES: Readonly<Record<string, () => Promise<Place>>> = {
  sqlite: () => place(`org: acme\n${DEFAULTS}${KEYS}`),
  redis: () => redisPlace(`${DEFAULTS}${keys()}`),
}

const perDay = (limit_usd: string) => ({ limit_usd, period: 'daily' })
const call = {
  model: 'gpt-4o-mini',
  messages: [{ role: 'user' as const, content: 'What does a toll cost?' }],
  max_completion_tokens: 50,
}

/** The limits of an account in USD, and what has been spent of the first. */
async function standing(admin: Ask, account: string) {
  const { body } = await admin('GET', `/budgets/${account}`)
  const { budgets } = body as { budgets: { limit_usd?: string; spent_usd?: string }[] }
  return { limits: budgets.map(({ limit_usd }) => Number(limit_usd)), spent: budgets[0]?.spent_usd }
}

describe.each(Object.entries(PLACES))('budgets that come with a tier, on %s', (_, made) => {
  async function served() {
    const there = await made()
    const [one, other] = [await there.start(), await there.start()]
    const admin = operatorAt(one!.adminUrl)
    await admin('POST', '/tiers', { id: 'small', models: ['*'], rank: 0, budgets: [perDay('0.00001')] })
    await admin('POST', '/tiers', { id: 'large', models: ['*'], rank: 1, budgets: [perDay('50')] })
    await admin('POST', '/tiers', { id: 'plain', models: ['*'], rank: 2 })
    const limits = async (account: string) => (await standing(admin, account)).limits
    return { there, one: one!, other: other!, admin, limits }
  }

  it('are those of a team that has it, whoever moves it and whoever it calls, and what was spent stays', async () => {
    const { there, other, admin, limits } = await served()
    await admin('POST', '/teams', { id: 'arts', tier: 'large' })
    const { secret } = (await admin('POST', '/keys', { id: 'k', team: 'arts' })).body as { secret: string }
    expect(await limits('team:arts')).toEqual([50])
    const asked = () =>
      other
        .client(secret)
        .chat.completions.create(call)
        .then(
          () => 'passed',
          ({ code }: { code: string }) => code,
        )
    expect(await asked()).toBe('passed')
    const { spent } = await standing(admin, 'team:arts')
    expect(Number(spent)).toBeGreaterThan(0)

    await admin('PATCH', '/teams/arts', { tier: 'small' })
    expect(await asked()).toBe('budget_exceeded')
    expect(await standing(admin, 'team:arts')).toEqual({ limits: [0.00001], spent })
    expect((await there.command('teams set arts --tier plain')).code).toBe(0)
    expect(await standing(admin, 'team:arts')).toEqual({ limits: [7], spent })
    expect(await asked()).toBe('passed')
  })

  it('are those of a project, a user and a key that has it; its own come before, and its kind’s after', async () => {
    const { there, admin, limits } = await served()
    await admin('POST', '/projects', { id: 'atlas', tier: 'large' })
    await admin('POST', '/users', { id: 'ada', tier: 'large' })
    await admin('POST', '/keys', { id: 'ci', tier: 'large' })
    expect((await there.command('keys create --id cd --tier small')).code).toBe(0)
    for (const account of ['project:atlas', 'user:ada', 'key:ci']) expect(await limits(account)).toEqual([50])
    expect(await limits('key:cd')).toEqual([0.00001])

    await admin('PUT', '/budgets/key:ci', { budgets: [perDay('9')] })
    await admin('PATCH', '/keys/ci', { tier: 'small' })
    expect(await limits('key:ci')).toEqual([9])
    await admin('DELETE', '/budgets/key:ci')
    expect(await limits('key:ci')).toEqual([0.00001])
    await there.command('keys change ci --clear tier')
    expect(await limits('key:ci')).toEqual([3])
    await admin('DELETE', '/projects/atlas')
    await admin('PATCH', '/users/ada', { tier: null })
    expect([await limits('project:atlas'), await limits('user:ada')]).toEqual([[], []])
  })

  it('are given anew to all who have the tier when it comes with others, or is no more', async () => {
    const { admin, limits } = await served()
    await admin('POST', '/teams', { id: 'arts', tier: 'large' })
    await admin('POST', '/keys', { id: 'ci', team: 'arts', tier: 'large' })
    await admin('POST', '/users', { id: 'ada', tier: 'large' })
    const all = async () =>
      [await limits('team:arts'), await limits('key:ci'), await limits('user:ada')].flat()
    const changed = await admin('PATCH', '/tiers/large', { budgets: [perDay('60')] })
    expect(changed).toMatchObject({
      status: 200,
      body: { budgets: [{ limit_usd: '60.000000000', period: 'daily' }] },
    })
    expect(await all()).toEqual([60, 60, 60])
    await admin('DELETE', '/tiers/large')
    expect(await all()).toEqual([7, 3])
  })

  it('of the org’s tier, else of the one called default, are each team’s that has none, and a key’s of nobody’s', async () => {
    const { admin, limits } = await served()
    await admin('POST', '/teams', { id: 'arts' })
    await admin('POST', '/keys', { id: 'ci', team: 'arts' })
    await admin('POST', '/keys', { id: 'alone' })
    const all = async () =>
      [await limits('team:arts'), await limits('key:ci'), await limits('key:alone')].flat()
    expect(await all()).toEqual([7, 3, 3])
    await admin('POST', '/tiers', { id: 'default', models: ['*'], rank: 5, budgets: [perDay('40')] })
    expect(await all()).toEqual([40, 3, 40])
    await admin('PATCH', '/orgs/acme', { tier: 'large' })
    expect(await all()).toEqual([50, 3, 50])
  })

  it('are those of the last tier that somebody was moved to, by however many at once', async () => {
    const { one, other, admin } = await served()
    await admin('POST', '/teams', { id: 'arts', tier: 'large' })
    const others = [operatorAt(one.adminUrl), operatorAt(other.adminUrl)]
    for (let round = 0; round < 5; round += 1) {
      const tiers = ['small', 'large', 'plain', 'small', 'large', 'plain']
      await Promise.all(tiers.map((tier, at) => others[at % 2]!('PATCH', '/teams/arts', { tier })))
      const { tier } = (await admin('GET', '/teams/arts')).body as { tier: string }
      const limit = { small: 0.00001, large: 50, plain: 7 }[tier]
      expect((await standing(admin, 'team:arts')).limits).toEqual([limit])
    }
  })
})
