import { type CacheEntry, memoryCache, type SemanticLookup } from '@tollgate/kit/cache'
import { semanticTier } from '@tollgate/kit/cache/semantic'
import { guardedEmbedder, hashEmbedder } from '@tollgate/kit/cache/vectors'
import { gate, serverError, testKey } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { closeAfter } from '../../support/close-after.ts'
import { type CachedOptions, cached } from './assembled.ts'
import { turnstile } from './turnstile.ts'

async function crowded(options: CachedOptions = {}) {
  const arrivals = turnstile()
  const gateway = await cached({ ...options, between: [arrivals.middleware] })
  return { gateway, provider: gateway.provider, arrivals }
}

const inOtherWords = { messages: [{ role: 'user', content: 'How do I get to the toll bridge?' }] }

describe('requests that are the same at the same moment are not answered as one', () => {
  it('beyond the models that are open to each', async () => {
    const confined = testKey({ scopes: { models: ['smart', 'gpt-4o-mini'] } })
    const { gateway, provider, arrivals } = await crowded({
      keys: [confined],
      cache: { policy: { mode: 'exact', share: 'org' } },
      routing: (simulated) => ({
        providers: [simulated, { ...simulated, name: 'other' }],
        routes: { smart: ['openai/gpt-4o-mini', 'other/gpt-4o'] },
      }),
    })
    await gateway.ledger.provision(confined.org, confined.account, [])
    const door = gate()
    provider.next({ hold: door, ...serverError })
    const leads = gateway.ask({ model: 'smart' })
    await provider.waitFor(({ requests }) => requests.length === 1)
    const { authorization } = confined
    const other = gateway.ask({ model: 'smart' }, { headers: { authorization } })
    await arrivals.until(2)
    door.open()
    expect([(await leads).cache, (await other).cache]).toEqual(['miss', 'miss'])
    const asked = provider.requests.map(({ body }) => (body as { readonly model: string }).model)
    expect(asked).toEqual(['gpt-4o-mini', 'gpt-4o-mini', 'gpt-4o'])
  })

  it('before and after an invalidation', async () => {
    const { gateway, provider, arrivals } = await crowded()
    const door = gate()
    provider.next({ hold: door })
    const before = gateway.ask()
    await provider.waitFor(({ requests }) => requests.length === 1)
    await gateway.store.invalidate({ what: 'everything' })
    const after = gateway.ask()
    await arrivals.until(2)
    door.open()
    expect([(await before).cache, (await after).cache]).toEqual(['miss', 'miss'])
    expect(provider.totals().requests).toBe(2)
  })

  it('where only some take an answer to other words', async () => {
    let kept: CacheEntry | undefined
    const door = gate()
    const semantic: SemanticLookup = {
      async find() {
        if (!kept) return { found: 'miss', why: 'empty' }
        await door.opened
        return { found: 'hit', entry: kept, similarity: 1, confidence: 1 }
      },
      answered(_asked, _finding, fresh) {
        kept ??= fresh
      },
    }
    const { gateway, provider, arrivals } = await crowded({
      cache: { semantic, policy: { mode: 'semantic' } },
    })
    await gateway.ask()
    await expect.poll(() => kept).toBeDefined()
    const leads = gateway.ask(inOtherWords)
    await arrivals.until(2)
    const strict = gateway.ask(inOtherWords, { headers: { 'x-tollgate-cache-mode': 'exact' } })
    await arrivals.until(3)
    const alike = gateway.ask(inOtherWords)
    await arrivals.until(4)
    door.open()
    const answers = await Promise.all([leads, strict, alike])
    expect(answers.map(({ cache }) => cache)).toEqual(['semantic', 'miss', 'semantic'])
    expect(provider.totals().requests).toBe(2)
  })
})

it('a cap that shortens no answer keeps nobody from following', async () => {
  const { gateway, provider, arrivals } = await crowded({ budgets: [{ limit_usd: '1', period: 'daily' }] })
  const door = gate()
  provider.next({ hold: door })
  const asked = Array.from({ length: 5 }, () => gateway.ask())
  await arrivals.until(5)
  door.open()
  const answers = await Promise.all(asked)
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
  expect(provider.totals().requests).toBe(1)
})

describe('what is there is not served', () => {
  it('to a client that wants nothing as old, whoever has the lease', async () => {
    let nowMs = Date.now()
    const clock = { now: () => nowMs }
    const leases = { take: async () => ({ release: async () => {} }) }
    const gateway = await cached({ cache: { clock, store: { ...memoryCache({ clock }), leases } } })
    await gateway.ask()
    nowMs += 60_000
    expect((await gateway.ask({}, { headers: { 'cache-control': 'max-age=59' } })).cache).toBe('miss')
  })

  it.each([
    ['semantic', 'Is the toll bridge open today?', 'miss'],
    ['semantic', 'How is the toll bridge opened?', 'hit'],
    ['exact', 'Is the toll bridge open today?', 'hit'],
  ] as const)('a minute later, mode %s: %s has a %s', async (mode, content, cache) => {
    let nowMs = Date.now()
    const clock = { now: () => nowMs }
    const semantic = semanticTier({ embedder: guardedEmbedder(hashEmbedder()), clock })
    closeAfter(() => semantic.close())
    const gateway = await cached({
      cache: { clock, semantic, store: memoryCache({ clock }), policy: { mode } },
    })
    const ask = () => gateway.ask({ messages: [{ role: 'user', content }] })
    await ask()
    expect((await ask()).cache).toBe('hit')
    nowMs += 61_000
    expect((await ask()).cache).toBe(cache)
  })

  it('for longer than its caller’s own policy says, whoever had it kept', async () => {
    let nowMs = Date.now()
    let ttlMs = 3_600_000
    const clock = { now: () => nowMs }
    const policy = () => ({ mode: 'exact', ttlMs }) as const
    const gateway = await cached({ cache: { clock, store: memoryCache({ clock }), policy } })
    await gateway.ask()
    nowMs += 60_000
    expect((await gateway.ask()).cache).toBe('hit')
    ttlMs = 59_000
    expect((await gateway.ask()).cache).toBe('miss')
  })
})
