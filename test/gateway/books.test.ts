import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { APIError } from 'openai'
import { describe, expect, it } from 'vitest'
import { ADA, place, SECRET } from '../support/gateway.ts'

const call = {
  model: 'gpt-4o-mini',
  messages: [{ role: 'user' as const, content: 'What does a toll cost?' }],
}

/** Where an account stands, as the admin listener tells it. */
async function standing(gateway: { admin(path: string): Promise<Response> }, account: string) {
  const answer = await gateway.admin(`/admin/v1/spend?account=${account}`)
  return (await answer.json()) as { spent_usd: string; budgets: { limit_usd: string; spent_usd: string }[] }
}

describe('a restart', () => {
  it('finds the books as they were', async () => {
    const { start } = await place()
    const first = await start()
    await first.client(SECRET).chat.completions.create(call)
    const before = await standing(first, 'key:ada')
    expect(Number(before.spent_usd)).toBeGreaterThan(0)
    expect(await first.close()).toMatchObject({ requests: 1 })
    const second = await start()
    expect(await standing(second, 'key:ada')).toEqual(before)
  })

  it('applies a lowered limit, and keeps what was counted', async () => {
    const { configure, start } = await place()
    const first = await start()
    await first.client(SECRET).chat.completions.create(call)
    const { spent_usd } = await standing(first, 'key:ada')
    await first.close()
    configure(ADA.replace('limit_usd: 5,', 'limit_usd: "0.000001",'))
    const second = await start()
    expect((await standing(second, 'key:ada')).budgets).toMatchObject([
      { limit_usd: '0.000001000', spent_usd },
    ])
    await expect(second.client(SECRET).chat.completions.create(call)).rejects.toMatchObject({
      code: 'budget_exceeded',
    })
  })

  it('gives keys made by command the new policies, and leaves them their own budgets', async () => {
    const policy = (limit: number) => `
policies: [{ name: cap, type: cost-limit, config: { limit_usd: ${limit}, period: daily } }]
${ADA}`
    const { configure, start, command } = await place(policy(50))
    await (await start()).close()
    await command('keys create --id ci --team science --budget 2.50/monthly')
    configure(policy(40))
    const { budgets } = await standing(await start(), 'key:ci')
    expect(budgets).toMatchObject([{ limit_usd: '2.500000000' }, { limit_usd: '40.000000000' }])
  })
})

describe('budgets over others', () => {
  it('hold for users never seen before, each for itself, and for the whole org', async () => {
    const { start, command } = await place(`
defaults: { user: { budgets: [{ limit_usd: "0.00001", period: daily }] } }
policies: [{ name: everything, type: cost-limit, config: { limit_usd: 7, period: monthly, per: org } }]
${ADA}`)
    const gateway = await start()
    const keyOf = async (user: string) =>
      JSON.parse((await command(`keys create --user ${user} --json`)).out).secret
    const refusal = await gateway
      .client(await keyOf('bob'))
      .chat.completions.create({ ...call, max_tokens: 1000 })
      .catch((error: unknown) => error)
    expect(String(refusal)).toContain('user bob has used $0.00 of its $0.00001 daily budget')
    expect((await standing(gateway, 'org:default')).budgets).toMatchObject([{ limit_usd: '7.000000000' }])
  })
})

describe('keys, beside a running gateway', () => {
  it('are known at once when they are made, and refused within a second of being revoked', async () => {
    const { start, command } = await place()
    const gateway = await start()
    const { out } = await command('keys create --team science --user bob --label laptop --expires 30d --json')
    const { id, secret } = JSON.parse(out)
    const client = gateway.client(secret)
    await client.chat.completions.create(call)

    expect((await command('keys list')).out).toMatch(
      new RegExp(`^${id} +science +- +bob +laptop .* live until`, 'm'),
    )
    expect((await command('keys list --json')).out).not.toContain(secret)
    expect(await command(`keys revoke ${id}`)).toMatchObject({ code: 0, out: `revoked ${id}` })
    let asked = 0
    const answer = () => {
      asked += 1
      return client.chat.completions.create(call).then(
        () => 200,
        (error: APIError) => error.status,
      )
    }
    await expect.poll(answer, { interval: 50 }).toBe(401)
    // So many are a second: counted, because a busy machine may stand still for longer, and so does whoever asks.
    expect(asked).toBeLessThanOrEqual(20)
    expect((await command(`keys revoke ${id}`)).out).toBe(`${id} was revoked before`)
  })

  it('are not kept as text anywhere beside the books', async () => {
    const { folder, start, command } = await place()
    await start()
    const { secret } = JSON.parse((await command('keys create --json')).out)
    for (const file of ['tollgate.db', 'tollgate.db-wal']) {
      const bytes = readFileSync(join(folder, 'data', file), 'latin1')
      expect(bytes).not.toContain(secret.slice(-20))
      expect(bytes).not.toContain(SECRET)
    }
  })

  it('are moved, confined and given another secret', async () => {
    const { start, command } = await place()
    const gateway = await start()
    const made = JSON.parse((await command('keys create --id ci --address 192.0.2.0/24 --json')).out)
    const answer = (secret: string) =>
      gateway
        .client(secret)
        .chat.completions.create(call)
        .then(
          () => 200,
          (error: APIError) => error.status,
        )
    expect(await answer(made.secret)).toBe(401)
    expect(await command('keys change ci --team science --clear address --max-cost 0.5')).toEqual({
      code: 0,
      out: 'key       ci\nteam      science\nonly      max_cost_usd 0.500000000',
      err: '',
    })
    await expect.poll(() => answer(made.secret), { timeout: 20_000, interval: 50 }).toBe(200)
    const rotated = JSON.parse((await command('keys rotate ci --grace 0s --json')).out)
    expect(rotated).toEqual({ id: 'ci', secret: expect.stringMatching(/^tg-/), rotated_until: null })
    await expect.poll(() => answer(made.secret), { timeout: 20_000, interval: 50 }).toBe(401)
    expect(await answer(rotated.secret)).toBe(200)
    for (const [line, reason] of [
      ['keys change ci', 'has nothing to change'],
      ['keys change ci --clear colour', '--clear colour is not known'],
      ['keys change ci --expires soon', 'is not a duration'],
      ['keys change ci --expires 0s', 'is over at once'],
      ['keys rotate ci --grace soon', 'is not a duration'],
    ] as const)
      expect(await command(line)).toMatchObject({ code: 2, err: expect.stringContaining(reason) })
    expect((await command('keys rotate nobody')).err).toContain('There is no key nobody')
  })

  it('are refused for a team that there is not, an id that is taken, a budget that is none', async () => {
    const { start, command } = await place()
    await start()
    expect(await command('keys create --team sceince')).toEqual({
      code: 2,
      out: '',
      err: 'tollgate keys create: there is no team sceince: make it with `tollgate teams set sceince --config tollgate.yaml`, or did you mean science? See: tollgate keys create --help',
    })
    expect(await command('keys create --id ada')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/a key ada already/),
    })
    expect(await command('keys create --budget 5')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/5\/daily/),
    })
    expect(await command('keys revoke ada')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/stated in tollgate\.yaml/),
    })
    expect(await command('keys revoke nobody')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/no key nobody/),
    })
  })
})
