import { describe, expect, it } from 'vitest'
import { gatekeeper } from '../support/credentials.ts'
import { place } from '../support/gateway.ts'
import { AUDIENCE, testIssuer } from '../support/issuer.ts'
import { redisPlace } from '../support/redis-place.ts'

const call = { model: 'gpt-4o-mini', max_tokens: 8, messages: [{ role: 'user' as const, content: 'Hello' }] }

const STORES = {
  'a file': (yaml: string) => place(`teams: [{ id: science }]\n${yaml}`),
  'a Redis': (yaml: string) => redisPlace(yaml),
}

describe('a user whom nobody has seen before', () => {
  it.each(Object.entries(STORES))(
    'gets the default tier and exactly the default budget, on %s, by 50 first requests at once',
    async (_, made) => {
      const issuer = await testIssuer()
      const { start, provider } = await made(`
tiers: { default: { models: [gpt-4o-mini] }, project: { models: ["*"] } }
defaults: { user: { budgets: [{ limit_requests: 20, period: daily }, { limit_usd: 5, period: daily }] } }
auth:
  jwt: [{ issuer: "${issuer.url}", audience: ${AUDIENCE}, principal: { user: { claim: sub }, team: science } }]
`)
      const gateway = await start()
      const client = gateway.client(await issuer.token({ sub: 'new here' }))
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, () =>
          client.chat.completions.create(call).then(
            () => 'answered',
            ({ code }: { code: string }) => code,
          ),
        ),
      )
      expect(outcomes.filter((one) => one === 'answered')).toHaveLength(20)
      for (const one of outcomes) expect(['answered', 'budget_exceeded', 'budget_reserved']).toContain(one)
      expect(provider.requests).toHaveLength(20)
      const standing = await gateway.admin('/admin/v1/spend?account=user:new%20here')
      const { budgets, spent_usd } = (await standing.json()) as { budgets: unknown[]; spent_usd: string }
      expect(budgets).toHaveLength(2)
      expect(budgets).toMatchObject([
        { limit_requests: 20, spent_requests: 20 },
        { limit_usd: '5.000000000', spent_usd },
      ])
      await expect(client.chat.completions.create({ ...call, model: 'gpt-4o' })).rejects.toMatchObject({
        code: 'model_not_allowed',
      })
    },
  )
})

describe('an issuer', () => {
  it('may rotate its keys, and be away for a while, and nobody notices', async () => {
    const issuer = await testIssuer()
    const { start } = await place(`
teams: [{ id: science }]
auth: { jwt: [{ issuer: "${issuer.url}", audience: ${AUDIENCE}, principal: { user: { claim: sub }, team: science } }] }
`)
    let nowMs = Date.now()
    const gateway = await start({ clock: { now: () => nowMs } })
    const ask = async () =>
      gateway
        .client(await issuer.token({ exp: Math.floor(Date.now() / 1000) + 86_400 }))
        .chat.completions.create(call)
        .then(
          () => 200,
          ({ status }: { status: number }) => status,
        )
    expect(await ask()).toBe(200)
    await issuer.rotate('second')
    expect(await ask()).toBe(401)
    nowMs += 30_000
    expect(await ask()).toBe(200)
    issuer.answer(503)
    nowMs += 30 * 60_000
    expect(await ask()).toBe(200)
    nowMs += 60 * 60_000
    expect(await ask()).toBe(503)
    issuer.answer(undefined)
    nowMs += 60_000
    expect(await ask()).toBe(200)
  })
})

describe('failed authentication', () => {
  const wrong = (number: number) => ['authorization', `Bearer ${'x'.repeat(32)}${number}`]
  const config = `
teams: [{ id: science }]
keys: [{ id: ada, team: science, secret: "\${ADA_SECRET}" }]
auth: { throttle: { failures: 5, window: 1h } }
`

  it('is throttled by address, and says so in the dialect of its client', async () => {
    const { ask } = await gatekeeper(config)
    for (let guess = 0; guess < 5; guess++) expect((await ask(wrong(guess))).status).toBe(401)
    const { status, headers, text } = await ask(wrong(5), 'anthropic')
    expect([status, JSON.parse(text)]).toMatchObject([
      429,
      { type: 'error', error: { type: 'rate_limit_error', code: 'auth_throttled' } },
    ])
    expect(Number(headers['retry-after'])).toBeGreaterThan(700)
    expect(headers['x-should-retry']).toBe('false')
  })

  it('never stands in the way of a key that has been good', async () => {
    const { ask } = await gatekeeper(config)
    const good = ['authorization', 'Bearer a-secret-of-ada-that-is-long-enough-for-a-key']
    expect((await ask(good)).status).toBe(200)
    for (let guess = 0; guess < 8; guess++) await ask(wrong(guess))
    expect((await ask(wrong(8))).status).toBe(429)
    expect((await ask(good)).status).toBe(200)
  })

  it('is told apart by what a trusted proxy says, and by nobody else', async () => {
    const from = (address: string, number: number) => [...wrong(number), 'x-forwarded-for', address]
    const untrusting = await gatekeeper(config)
    for (let guess = 0; guess < 5; guess++) await untrusting.ask(from(`203.0.113.${guess}`, guess))
    expect((await untrusting.ask(from('203.0.113.99', 99))).status).toBe(429)
    const here = await place(config)
    here.edit('listen: { port: 0 }', 'listen: { port: 0, trusted_proxies: [127.0.0.0/8] }')
    const { url } = await here.start()
    const ask = async (address: string, number: number) => {
      const headers = { authorization: `Bearer ${'x'.repeat(32)}${number}`, 'x-forwarded-for': address }
      return (await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body: '{}' })).status
    }
    for (let guess = 0; guess < 5; guess++) expect(await ask('203.0.113.1', guess)).toBe(401)
    expect(await ask('203.0.113.1', 6)).toBe(429)
    expect(await ask('198.51.100.1, 203.0.113.1', 7)).toBe(429)
    expect(await ask('203.0.113.2', 8)).toBe(401)
  })
})
