import { contextLengthExceeded, rateLimited, serverError } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { type Cached, cached } from './assembled.ts'

const withHeaders = (gateway: Cached, headers: Record<string, string>, more: object = {}) =>
  gateway.ask(more, { headers })
const control = (gateway: Cached, value: string) => withHeaders(gateway, { 'cache-control': value })

describe('a client', () => {
  it('may have its answer made anew, which takes the place of the old one', async () => {
    let nowMs = Date.now()
    const gateway = await cached({ cache: { clock: { now: () => nowMs } } })
    await gateway.ask()
    nowMs += 60_000
    expect((await control(gateway, 'no-cache')).cache).toBe('miss')
    const { cache, headers } = await gateway.ask()
    expect([cache, headers.get('age')]).toEqual(['hit', '0'])
  })

  it('may have nothing kept and nothing served', async () => {
    const gateway = await cached()
    expect((await control(gateway, 'no-store')).cache).toBe('bypass')
    expect((await gateway.ask()).cache).toBe('miss')
    expect((await control(gateway, 'no-store')).cache).toBe('bypass')
    expect(gateway.provider.totals().requests).toBe(3)
  })

  it('may ask for what is there alone', async () => {
    const gateway = await cached()
    const none = await control(gateway, 'only-if-cached')
    expect([none.status, JSON.parse(none.text).error.code]).toEqual([504, 'not_cached'])
    const passedBy = await withHeaders(gateway, { 'cache-control': 'only-if-cached' }, { temperature: 1 })
    expect(passedBy.status).toBe(504)
    expect(gateway.provider.totals().requests).toBe(0)
    await gateway.ask()
    expect((await control(gateway, 'only-if-cached')).cache).toBe('hit')
    expect((await gateway.books()).reserved).toBe(0)
  })

  it('takes nothing older than it says', async () => {
    let nowMs = Date.now()
    const gateway = await cached({ cache: { clock: { now: () => nowMs } } })
    await gateway.ask()
    nowMs += 60_000
    expect((await control(gateway, 'max-age=61')).cache).toBe('hit')
    expect((await control(gateway, 'max-age=59')).cache).toBe('miss')
    expect((await control(gateway, 'max-age=59')).cache).toBe('hit')
    expect((await control(gateway, 'max-age=0')).cache).toBe('miss')
  })

  it('can only ask for less than the policy gives', async () => {
    const off = await cached({ cache: { policy: { mode: 'off' } } })
    for (let time = 0; time < 2; time += 1)
      expect((await withHeaders(off, { 'x-tollgate-cache-mode': 'exact' })).cache).toBeNull()
    const gateway = await cached({ cache: { policy: { mode: 'exact', share: 'key' } } })
    await gateway.ask()
    expect((await withHeaders(gateway, { 'x-tollgate-cache-mode': 'off' })).cache).toBeNull()
    expect((await withHeaders(gateway, { 'x-tollgate-cache-scope': 'org' })).cache).toBe('hit')
    expect((await withHeaders(gateway, { 'x-tollgate-cache-tags': 'docs' })).cache).toBe('miss')
  })

  it.each([
    ['x-tollgate-cache-mode', 'everything'],
    ['x-tollgate-cache-scope', 'planet'],
    ['x-tollgate-cache-delta', '2'],
    ['x-tollgate-cache-delta', '0'],
    ['x-tollgate-cache-tags', 'x'.repeat(65)],
    ['x-tollgate-cache-tags', Array.from({ length: 17 }, (_, at) => at).join(',')],
  ])('is told what is wrong with %s: %s', async (name, value) => {
    const gateway = await cached()
    const { status, text } = await withHeaders(gateway, { [name]: value })
    expect(status).toBe(400)
    expect(JSON.parse(text).error).toMatchObject({ param: name, code: 'invalid_request' })
    expect(gateway.provider.totals().requests).toBe(0)
  })
})

describe('a request', () => {
  it.each([
    ['sampling', { temperature: 0.31 }],
    ['sampling', { temperature: undefined }],
    ['logprobs', { logprobs: true }],
    ['choices', { n: 5 }],
    [
      'hidden_input',
      {
        messages: [
          { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://a.example/b.png' } }] },
        ],
      },
    ],
    ['too_large', { messages: [{ role: 'user', content: 'x'.repeat(270_000) }] }],
  ])('is passed by for %s', async (reason, more) => {
    const gateway = await cached()
    for (let time = 0; time < 2; time += 1) {
      const { cache, headers } = await gateway.ask(more)
      expect([cache, headers.get('x-tollgate-cache-reason')]).toEqual(['bypass', reason])
      expect(headers.get('cache-status')).toBe(`tollgate; fwd=bypass; detail=${reason}`)
    }
  })

  it('whose picture is in it is not', async () => {
    const gateway = await cached()
    const seeing = (data: string) => ({
      messages: [
        {
          role: 'user',
          content: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } }],
        },
      ],
    })
    expect((await gateway.ask(seeing('AAAA'))).cache).toBe('miss')
    expect((await gateway.ask(seeing('AAAA'))).cache).toBe('hit')
    expect((await gateway.ask(seeing('AAAB'))).cache).toBe('miss')
  })

  it.each([serverError, rateLimited(), contextLengthExceeded])(
    'that its provider refuses is asked anew: %o',
    async (refusal) => {
      const gateway = await cached()
      gateway.provider.next(refusal)
      expect((await gateway.ask()).status).toBeGreaterThanOrEqual(400)
      expect(await gateway.ask()).toMatchObject({ status: 200, cache: 'miss' })
      expect(await gateway.ask()).toMatchObject({ status: 200, cache: 'hit' })
    },
  )

  it('whose answer does not end by itself is not kept', async () => {
    const gateway = await cached()
    for (let time = 0; time < 2; time += 1) expect((await gateway.ask({ max_tokens: 3 })).cache).toBe('miss')
    for (const ending of [
      { how: 'truncate', afterChunks: 3 },
      { how: 'die', afterChunks: 3 },
    ] as const) {
      gateway.provider.next({ ending })
      await gateway.ask({ stream: true }).catch(() => {})
      expect((await gateway.ask({ stream: true })).cache, ending.how).toBe('miss')
      await gateway.store.invalidate({ what: 'everything' })
    }
  })
})

describe('a store', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('away')
      },
    ],
    ['rejects', () => Promise.reject(new Error('away'))],
    ['never answers', () => new Promise<never>(() => {})],
  ])('that %s is passed by', async (_, fail) => {
    const store = { get: fail, put: fail, delete: fail, invalidate: fail, status: fail, close: () => {} }
    const gateway = await cached({ cache: { store } })
    for (let time = 0; time < 2; time += 1) {
      const { status, cache, headers } = await gateway.ask()
      expect([status, cache, headers.get('x-tollgate-cache-reason')]).toEqual([200, 'miss', 'store'])
    }
    await gateway.atRest()
    expect((await gateway.books()).spent).toBe(gateway.provider.totals().nanoUsd)
  })
})

describe('the audit record', () => {
  it('says what the cache did, and what it saved', async () => {
    const gateway = await cached()
    await gateway.ask()
    await gateway.ask()
    await gateway.ask({ temperature: 1 })
    await expect.poll(() => gateway.records.length).toBe(3)
    const [miss, hit, bypass] = gateway.records
    expect(miss).toMatchObject({ cache: 'miss', cacheReason: null, savedNanoUsd: 0 })
    expect(hit).toMatchObject({
      cache: 'hit',
      decision: 'allowed',
      chargedNanoUsd: 0,
      reservedNanoUsd: null,
      model: 'gpt-4o-mini',
      savedNanoUsd: miss!.chargedNanoUsd,
      attempts: [],
      status: 200,
      key: gateway.key.id,
    })
    expect(bypass).toMatchObject({ cache: 'bypass', cacheReason: 'sampling' })
  })
})
