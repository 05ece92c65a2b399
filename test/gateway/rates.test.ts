import { contextLengthExceeded } from '@tollgate/testing'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { ADA, place, type Running, SECRET } from '../support/gateway.ts'

const model = 'gpt-4o-mini'
const messages = [{ role: 'user' as const, content: 'What does a toll cost?' }]

const call = (gateway: Running) =>
  gateway.client(SECRET).chat.completions.create({ model, messages }).withResponse()
const codeOf = (gateway: Running) =>
  call(gateway).then(
    () => 'passed',
    (error: unknown) => (error instanceof OpenAI.APIError ? error.code : String(error)),
  )

describe('rates of a config', () => {
  it('limit a key, its team and a model, and are told in the headers and by /tollgate/me', async () => {
    const { start } = await place(`
teams: [{ id: science, rates: { concurrency: 7 } }]
keys: [{ id: ada, team: science, secret: "\${ADA_SECRET}", rates: { rpm: 3, tpm: 50000 } }]
models: { "gpt-*": { rates: { rpm: 2 } } }
`)
    const gateway = await start()
    const { response } = await call(gateway)
    // Of two limits on requests the one with less left; of the team's, whose it is not, nothing.
    expect(response.headers.get('x-ratelimit-limit-requests')).toBe('2')
    expect(response.headers.get('ratelimit-policy')).toBe('"rpm";q=2;w=60, "tpm";q=50000;w=60')
    const authorization = `Bearer ${SECRET}`
    const me = await fetch(`${gateway.url}/tollgate/me`, { headers: { authorization } })
    expect(await me.json()).toMatchObject({
      limits: [
        { subject: 'key:ada', metric: 'requests', limit_requests: 3, remaining_requests: 2 },
        { subject: 'key:ada', metric: 'tokens', limit_tokens: 50_000 },
      ],
    })
    expect([await codeOf(gateway), await codeOf(gateway)]).toEqual(['passed', 'rate_limited'])
    expect(await (await gateway.admin('/metrics')).text()).toContain(
      'tollgate_decisions_total{code="rate_limited"} 1',
    )
  })

  it('shut out a key whose request fails over and over, and count it', async () => {
    const { start } = await place(ADA, contextLengthExceeded)
    const gateway = await start()
    for (let time = 0; time < 20; time += 1) {
      expect(await codeOf(gateway)).not.toBe('runaway_loop')
    }
    await expect.poll(() => codeOf(gateway)).toBe('runaway_loop')
    expect(await (await gateway.admin('/metrics')).text()).toContain(
      'tollgate_runaways_total{reason="failures",treatment="enforce"} 1',
    )
  })

  it('are only observed where the gateway observes', async () => {
    const rates = 'rates: { rpm: 1 }, budgets'
    const { start } = await place(`mode: observe\n${ADA.replace('budgets', rates)}`)
    const gateway = await start()
    await call(gateway)
    const { response } = await call(gateway)
    expect(response.headers.get('x-tollgate-would-refuse')).toBe('rate_limited')
  })
})
