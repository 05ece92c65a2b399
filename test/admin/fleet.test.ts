import { describe, expect, it } from 'vitest'
import { redisPlace } from '../support/redis-place.ts'
import { operatorAt } from './operator.ts'

const call = {
  model: 'gpt-4o-mini',
  messages: [{ role: 'user' as const, content: 'What does a toll cost?' }],
}

/** Two gateways on one Redis, and an operator at each. */
async function fleet() {
  const { start, redis } = await redisPlace()
  const [one, other] = [await start(), await start()]
  return { one, other, redis, atOne: operatorAt(one.adminUrl), atOther: operatorAt(other.adminUrl) }
}

describe('gateways on one Redis', () => {
  it('share objects, keys, budgets and their history', async () => {
    const { other, atOne, atOther } = await fleet()
    await atOne('POST', '/teams', { id: 'arts', label: 'Arts' })
    expect((await atOther('GET', '/teams/arts')).body).toMatchObject({ label: 'Arts', owner: 'directory' })
    const budgets = [{ limit_usd: '2', period: 'daily' }]
    const { secret } = (await atOne('POST', '/keys', { id: 'poet', team: 'arts', budgets })).body as {
      secret: string
    }
    await other.client(secret).chat.completions.create(call)
    const standing = (await atOther('GET', '/budgets/key:poet')).body as { spent_usd: string }
    expect(Number(standing.spent_usd)).toBeGreaterThan(0)
    const { data } = (await atOther('GET', '/changes?limit=3')).body as { data: object[] }
    expect(data).toMatchObject([
      { kind: 'budgets', id: 'key:poet', by: 'admin' },
      { kind: 'key', id: 'poet', by: 'admin' },
      { kind: 'team', id: 'arts', by: 'admin' },
    ])
  })

  it('do a repeated request once, whichever it comes to, also when both get it at once', async () => {
    const { atOne, atOther, redis } = await fleet()
    const key = { 'idempotency-key': 'one-key-for-the-poet' }
    const at = (ask: typeof atOne) => ask('POST', '/keys', { team: 'science' }, key)
    const answers = await Promise.all([at(atOne), at(atOther), at(atOne), at(atOther)])
    const made = answers.filter(({ status }) => status === 201)
    expect(answers.every(({ status, code }) => status === 201 || code === 'conflict')).toBe(true)
    const { id, secret } = (await at(atOther)).body as { id: string; secret: null }
    expect(secret).toBeNull()
    for (const { body } of made) expect(body).toMatchObject({ id })
    const told = made.filter(({ body }) => (body as { secret: string | null }).secret !== null)
    expect(told).toHaveLength(1)
    const { data } = (await atOne('GET', '/keys')).body as { data: { id: string }[] }
    expect(data.filter((one) => !['ada', 'bob'].includes(one.id))).toHaveLength(1)
    expect(await atOne('POST', '/keys', { team: 'sales' }, key)).toMatchObject({ status: 409 })
    // What is remembered goes by itself, and has no secret.
    const { secret: text } = told[0]!.body as { secret: string }
    const names = (await redis.call('keys', '*:idempotency:*')) as string[]
    expect(names).toHaveLength(1)
    expect(await redis.call('get', names[0]!)).not.toContain(text)
    expect(Number(await redis.call('pttl', names[0]!))).toBeGreaterThan(0)
  })

  it('let one of two who change the same revision have their way', async () => {
    const { atOne, atOther } = await fleet()
    await atOne('POST', '/teams', { id: 'arts' })
    await atOne('POST', '/keys', { id: 'poet', team: 'arts' })
    for (const path of ['/teams/arts', '/keys/poet']) {
      const both = await Promise.all(
        [atOne, atOther].map((ask, at) => ask('PATCH', path, { label: `by ${at}` }, { 'if-match': '"1"' })),
      )
      expect(both.map(({ status }) => status).sort()).toEqual([200, 412])
      expect((await atOne('GET', path)).body).toMatchObject({ revision: 2 })
    }
  })
  it('revoke a key only as it was read, however close somebody else’s change is', async () => {
    const { atOne, atOther } = await fleet()
    for (let round = 0; round < 8; round++) {
      const path = `/keys/poet-${round}`
      await atOne('POST', '/keys', { id: `poet-${round}`, team: 'sales' })
      const [changed, revoked] = await Promise.all([
        atOne('PATCH', path, { label: 'kept' }, { 'if-match': '"1"' }),
        atOther('POST', `${path}/revoke`, {}, { 'if-match': '"1"' }),
      ])
      const { body } = await atOne('GET', path)
      expect(body).toMatchObject({ revision: 2 })
      // What is revoked takes no change, whatever its revision: that is 400.
      if ('revoked_at' in (body as object))
        expect([revoked.status, changed.status]).toEqual([200, expect.any(Number)])
      else expect([revoked.status, changed.status]).toEqual([412, 200])
      expect('label' in (body as object) && 'revoked_at' in (body as object)).toBe(false)
    }
  })
})
