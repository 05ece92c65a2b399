import { describe, expect, it } from 'vitest'
import { ADA, ADMIN_TOKEN, type Place, place, type Running, SECRET } from '../support/gateway.ts'

const ask = (content: string, more: object = {}) => ({
  model: 'gpt-4o-mini',
  temperature: 0,
  messages: [{ role: 'user' as const, content }],
  ...more,
})

async function post(gateway: Running, body: object, headers: Record<string, string> = {}) {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${SECRET}`, ...headers },
  })
  return { response, cache: response.headers.get('x-tollgate-cache'), text: await response.text() }
}

const contentOf = (text: string): string => JSON.parse(text).choices[0].message.content

function operate(gateway: Running, method: string, path: string, body?: object) {
  return fetch(gateway.adminUrl + path, {
    method,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
}

async function started(yaml: string): Promise<{ at: Place; gateway: Running }> {
  const at = await place(ADA + yaml)
  return { at, gateway: await at.start() }
}

describe('a gateway', () => {
  it('has no cache by default, and says nothing of one', async () => {
    const { at, gateway } = await started('')
    for (let time = 0; time < 2; time += 1)
      expect((await post(gateway, ask('Where is the bridge?'))).cache).toBeNull()
    expect(at.provider.totals().requests).toBe(2)
    expect(await (await gateway.admin('/admin/v1/cache')).json()).toEqual({
      on: false,
      entries: null,
      bytes: null,
      evicted: null,
      semantic: null,
    })
  })

  it('answers again what it has answered, and books nothing for it', async () => {
    const { at, gateway } = await started('cache: { mode: exact, ttl: 10m }')
    const first = await post(gateway, ask('Where is the bridge?'))
    const again = await post(gateway, ask('Where is the bridge?'))
    expect([first.cache, again.cache]).toEqual(['miss', 'hit'])
    expect(contentOf(again.text)).toBe(contentOf(first.text))
    const spent = async () =>
      ((await (await gateway.admin('/admin/v1/spend?account=key:ada')).json()) as { spent_usd: string })
        .spent_usd
    expect(Number(await spent()) * 1e9).toBeCloseTo(at.provider.totals().nanoUsd, 3)
    const metrics = await (await gateway.admin('/metrics')).text()
    expect(metrics).toContain('tollgate_cache_requests_total{outcome="hit",reason=""} 1')
    expect(metrics).toContain('tollgate_cache_requests_total{outcome="miss",reason=""} 1')
    const saved = /^tollgate_cache_saved_usd_total (\S+)$/m.exec(metrics)![1]
    expect(Number(saved)).toBeCloseTo(at.provider.totals().nanoUsd / 1e9, 12)
  })

  it('keeps what it knows over a restart', async () => {
    const { at, gateway } = await started('cache: { mode: exact }')
    const first = await post(gateway, ask('Where is the bridge?'))
    await gateway.close()
    const next = await at.start()
    const again = await post(next, ask('Where is the bridge?'))
    expect(again.cache).toBe('hit')
    expect(contentOf(again.text)).toBe(contentOf(first.text))
  })

  it('forgets what operators have it forget', async () => {
    const { gateway } = await started('cache: { mode: exact }')
    const question = ask('Where is the bridge?')
    const fill = async (headers = {}) => {
      await post(gateway, question, headers)
      const { cache, response } = await post(gateway, question, headers)
      expect(cache).toBe('hit')
      return response.headers.get('x-tollgate-cache-entry')
    }
    const id = await fill()
    expect((await operate(gateway, 'DELETE', `/admin/v1/cache/entries/${id}`)).status).toBe(204)
    expect((await operate(gateway, 'DELETE', `/admin/v1/cache/entries/${id}`)).status).toBe(404)
    for (const what of [
      { everything: true },
      { model: 'gpt-4o-mini' },
      { account: 'key:ada' },
      { account: 'team:science' },
      { tag: 'docs' },
    ]) {
      const headers = { 'x-tollgate-cache-tags': 'docs' }
      await fill(headers)
      expect((await operate(gateway, 'POST', '/admin/v1/cache/invalidations', what)).status).toBe(204)
      expect([what, (await post(gateway, question, headers)).cache]).toEqual([what, 'miss'])
    }
    for (const what of [{}, { everything: true, tag: 'docs' }, { account: 'nobody' }, { key: 'x' }])
      expect((await operate(gateway, 'POST', '/admin/v1/cache/invalidations', what)).status).toBe(400)
    const status = (await (await gateway.admin('/admin/v1/cache')).json()) as { on: boolean; bytes: number }
    expect(status.on).toBe(true)
    expect(status.bytes).toBeGreaterThan(100)
  })

  it('forgets by its tags what everybody shares, too', async () => {
    const { gateway } = await started('cache: { mode: exact, scope: global, public_content: true }')
    const asked = () => post(gateway, ask('Where is the bridge?'), { 'x-tollgate-cache-tags': 'docs' })
    await asked()
    expect((await asked()).cache).toBe('hit')
    const path = '/admin/v1/cache/invalidations'
    expect((await operate(gateway, 'POST', path, { tag: 'docs' })).status).toBe(204)
    expect((await asked()).cache).toBe('miss')
  })

  it('answers from the cache what its tier or model says, and nothing else', async () => {
    const { gateway } = await started(`
cache: { models: { "gpt-4o-mini*": { mode: exact, sampling: any } } }
`)
    for (const model of ['gpt-4o-mini', 'gpt-4o']) {
      const question = { ...ask('Where is the bridge?'), model, temperature: 1 }
      await post(gateway, question)
      expect([model, (await post(gateway, question)).cache]).toEqual([
        model,
        model === 'gpt-4o-mini' ? 'hit' : null,
      ])
    }
  })

  it('still refuses who may not ask, whatever is kept', async () => {
    const { at, gateway } = await started('cache: { mode: exact }')
    await post(gateway, ask('Where is the bridge?'))
    expect(
      (await post(gateway, ask('Where is the bridge?'), { authorization: 'Bearer nobody' })).response.status,
    ).toBe(401)
    await gateway.close()
    at.edit('teams: [{ id: science }]', 'tiers: { default: { models: [gpt-4o] } }\nteams: [{ id: science }]')
    const next = await at.start()
    expect((await post(next, ask('Where is the bridge?'))).response.status).toBe(403)
  })

  it('charges a hit what the config says', async () => {
    const { at, gateway } = await started('cache: { mode: exact, hit_usd: "0.000001" }')
    await post(gateway, ask('Where is the bridge?'))
    const paid = at.provider.totals().nanoUsd
    for (let hit = 1; hit <= 3; hit += 1) {
      const { response, cache } = await post(gateway, ask('Where is the bridge?'))
      expect(cache).toBe('hit')
      expect(response.headers.get('x-tollgate-cost-usd')).toBe('0.000001000')
    }
    const books = (await (await gateway.admin('/admin/v1/spend?account=key:ada')).json()) as {
      spent_usd: string
      reserved_usd: string
    }
    expect(Math.round(Number(books.spent_usd) * 1e9)).toBe(paid + 3_000)
    expect(books.reserved_usd).toBe('0.000000000')
  })
})
