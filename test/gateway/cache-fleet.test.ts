import { gate } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { ADMIN_TOKEN, type Running, SECRET } from '../support/gateway.ts'
import { BOBS_SECRET, keys, redisPlace } from '../support/redis-place.ts'

const QUESTION = {
  model: 'gpt-4o-mini',
  temperature: 0,
  messages: [{ role: 'user', content: 'Where is the bridge?' }],
}

async function ask(gateway: Running, headers: Record<string, string> = {}, secret = SECRET) {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify(QUESTION),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}`, ...headers },
  })
  const { headers: told, status } = response
  return {
    status,
    cache: told.get('x-tollgate-cache'),
    entry: told.get('x-tollgate-cache-entry'),
    text: await response.text(),
  }
}

function operate(gateway: Running, method: string, path: string, body?: object) {
  return fetch(gateway.adminUrl + path, {
    method,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
}

/** A request waits for the store for so long, which a busy machine may exceed: that is a miss, and the next one is none. */
const hits = (gateway: Running, headers: Record<string, string> = {}) =>
  expect.poll(async () => (await ask(gateway, headers)).cache, { timeout: 20_000 }).toBe('hit')

/** Two gateways on one Redis. */
async function fleet(cache = '{ mode: exact }') {
  const at = await redisPlace(`${keys()}cache: ${cache}\n`)
  return { ...at, here: await at.start(), there: await at.start() }
}

describe('two gateways and one Redis', () => {
  it('serve what either has been answered, and keep apart what is', async () => {
    const { here, there, provider } = await fleet()
    const first = await ask(here)
    expect(first.cache).toBe('miss')
    await hits(there)
    const again = await ask(there)
    expect(JSON.parse(again.text).choices[0].message.content).toBe(
      JSON.parse(first.text).choices[0].message.content,
    )
    const before = provider.totals().requests
    expect((await ask(there, {}, BOBS_SECRET)).cache).toBe('miss')
    expect(provider.totals().requests).toBe(before + 1)
  })

  it('serve nothing that one of them has forgotten', async () => {
    const { here, there } = await fleet()
    for (const forget of [
      (id: string) => operate(here, 'DELETE', `/admin/v1/cache/entries/${id}`),
      () => operate(here, 'POST', '/admin/v1/cache/invalidations', { everything: true }),
      () => operate(there, 'POST', '/admin/v1/cache/invalidations', { model: 'gpt-4o-mini' }),
      () => operate(here, 'POST', '/admin/v1/cache/invalidations', { account: 'team:science' }),
      () => operate(there, 'POST', '/admin/v1/cache/invalidations', { tag: 'docs' }),
    ]) {
      const tags = { 'x-tollgate-cache-tags': 'docs' }
      await ask(here, tags)
      // Both have read it, and hold on to it.
      for (const gateway of [here, there, here, there]) await hits(gateway, tags)
      let entry: string | null = null
      await expect.poll(async () => (entry = (await ask(there, tags)).entry)).not.toBeNull()
      expect((await forget(entry!)).status).toBe(204)
      expect((await ask(there, tags)).cache).toBe('miss')
      await hits(here, tags)
    }
  })

  it('serve nothing that has expired', async () => {
    const { here, there, redis } = await fleet('{ mode: exact, ttl: 1s }')
    await ask(here)
    await expect.poll(async () => ((await redis.call('KEYS', '*:bodies')) as string[]).length).toBe(0)
    for (const gateway of [here, there])
      expect((await ask(gateway, { 'cache-control': 'only-if-cached' })).status).toBe(504)
  })

  it('ask once for what both are asked at the same moment', { retry: 2 }, async () => {
    const { here, there, provider } = await fleet()
    const door = gate()
    provider.next({ hold: door })
    const first = ask(here)
    await provider.waitFor(({ requests }) => requests.length === 1)
    const others = [ask(there), ask(there), ask(here)]
    door.open()
    const answers = await Promise.all([first, ...others])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(provider.totals().requests).toBe(1)
  })
})
