import { dieAfter, gate, serverError, simulatedProvider } from '@tollgate/testing'
import OpenAI from 'openai'
import { beforeAll, describe, expect, it } from 'vitest'
import { answered, type Bench, served, threeProviders } from './three-providers.ts'

/** The simulated provider loads its vocabulary with its first answer. */
beforeAll(async () => {
  const provider = await simulatedProvider()
  const body = JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'x' }] })
  await (await fetch(`${provider.url}/chat/completions`, { method: 'POST', body })).text()
  await provider.close()
}, 60_000)

const billed = ({ a, b, c }: Bench) => [a, b, c].reduce((sum, provider) => sum + provider.totals().nanoUsd, 0)

/** @see PAINS P9: LiteLLM #35958, #36008: a stream that failed is billed twice, never, or by a placeholder. */
describe('P9: a stream that its provider breaks off', () => {
  it.each([1, 10, 49])('is charged once, for what came of it: %i of 50 tokens', async (chunks) => {
    const bench = await threeProviders()
    bench.a.next(dieAfter(chunks))
    const answer = await bench.ask({ stream: true })
    expect(await answer.text()).toContain('"code":"provider_error"')
    const spent = await bench.books()
    expect(spent).toBeGreaterThanOrEqual(billed(bench))
    expect(spent).toBeLessThanOrEqual(100_000)
    expect(bench.b.requests).toHaveLength(0)
    expect(bench.tried).toMatchObject([[{ outcome: 'broken', reason: 'broken' }]])
  })

  it('costs nothing where it never began', async () => {
    const bench = await threeProviders()
    bench.a.next(serverError)
    await (await bench.ask({ stream: true })).text()
    expect(await bench.books()).toBe(billed(bench))
  })
})

/** @see PAINS P12: LiteLLM #41344, PR #41379, #39462: a fallback that costs more than was reserved, or is not allowed. */
describe('P12: a fallback', () => {
  it('is reserved for before it is sent, and both attempts are in the books', async () => {
    const bench = await threeProviders({ route: { targets: ['a/small', 'c/large'] } })
    bench.a.next(dieAfter(10))
    const answer = await answered(bench)
    expect(served(answer)).toBe('c')
    const spent = await bench.books()
    const [attempts] = bench.tried
    const lost = attempts![0]!.lostNanoUsd!
    expect(lost).toBeGreaterThanOrEqual(bench.a.totals().nanoUsd)
    expect(spent).toBe(lost + bench.c.totals().nanoUsd)
  })

  it('that costs twenty times as much and does not fit is not sent', async () => {
    const bench = await threeProviders({ limitUsd: '0.001', route: { targets: ['a/small', 'c/large'] } })
    bench.a.next(dieAfter(10))
    const answer = await answered(bench)
    expect(answer.status).toBe(502)
    expect(bench.c.requests).toHaveLength(0)
    const spent = await bench.books()
    expect(bench.tried[0]).toMatchObject([
      { provider: 'a', reason: 'broken' },
      { outcome: 'skipped', reason: 'budget' },
    ])
    expect(spent).toBeGreaterThanOrEqual(billed(bench))
    expect(spent).toBeLessThanOrEqual(100_000)
  })

  it('to a model outside the caller’s tier is refused, though its route leads there', async () => {
    const tiers = { basic: { models: ['smart', 'medium'] } }
    const bench = await threeProviders({ tiers, route: { targets: ['a/small', 'c/large', 'b/medium'] } })
    bench.a.next(serverError)
    expect(served(await answered(bench))).toBe('b')
    expect(bench.c.requests).toHaveLength(0)
  })
})

/** @see PAINS P20: LiteLLM #27955, #20256: a slot that is never given back. */
describe('P20: whatever becomes of requests', () => {
  it('no place stays taken, and nothing stays reserved', async () => {
    const load = { concurrent: 4, waitMs: 60_000 }
    const bench = await threeProviders({ providers: { a: { load }, b: { load }, c: { load } } })
    const asked = Array.from({ length: 60 }, (_, index) => {
      if (index % 5 === 0) bench.a.next(serverError)
      if (index % 7 === 0) bench.a.next(dieAfter(3))
      const client = new AbortController()
      const asking = bench
        .ask({ stream: index % 2 === 0 }, { signal: client.signal })
        .then((answer) => answer.text())
        .catch(() => 'left')
      if (index % 6 === 0) client.abort()
      return asking
    })
    await Promise.all(asked)
    await expect.poll(() => bench.health.read(Date.now()).map(({ inFlight }) => inFlight)).toEqual([0, 0, 0])
    expect(await bench.books()).toBeGreaterThanOrEqual(billed(bench))
    const more = await Promise.all(Array.from({ length: 8 }, () => answered(bench)))
    expect(more.map(({ status }) => status)).toEqual(Array(8).fill(200))
  })
})

/** @see PAINS P25: LiteLLM #27823; TensorZero #3647: a wrong status, and a wrong time to come back. */
describe('P25: the real client, when providers fail', () => {
  const clientOf = (bench: Bench) =>
    new OpenAI({
      apiKey: 'any',
      baseURL: 'http://tollgate.test/v1',
      maxRetries: 0,
      fetch: (_, init) =>
        bench.ask(JSON.parse(String(init?.body)), init?.signal ? { signal: init.signal } : {}),
    })
  const ask = (bench: Bench) =>
    clientOf(bench).chat.completions.create({
      model: 'smart',
      max_tokens: 100,
      messages: [{ role: 'user', content: 'x' }],
    })

  it('raises a server’s error with the time that the provider said', async () => {
    const bench = await threeProviders({ route: { targets: ['a/small'] } })
    bench.a.next({ refusal: { status: 429, message: 'Slow.', headers: { 'retry-after': '7' } } })
    const error = await ask(bench).catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(OpenAI.InternalServerError)
    expect((error as InstanceType<typeof OpenAI.APIError>).headers?.get('retry-after')).toBe('7')
  })

  it('raises its own mistake as such, and nobody else is asked', async () => {
    const bench = await threeProviders()
    bench.a.next({ refusal: { status: 400, message: 'No.', type: 'invalid_request_error' } })
    await expect(ask(bench)).rejects.toBeInstanceOf(OpenAI.BadRequestError)
    expect(bench.b.requests).toHaveLength(0)
  })

  it('is told in time when it hangs up while a provider is silent', async () => {
    const bench = await threeProviders()
    const hold = gate()
    bench.a.next({ hold })
    const client = new AbortController()
    const asking = bench.ask({}, { signal: client.signal })
    await bench.a.waitFor(({ requests }) => requests.length === 1)
    client.abort()
    await expect(asking).rejects.toThrow()
    await bench.a.waitFor(({ requests }) => requests[0]!.outcome === 'aborted')
    hold.open()
    expect(bench.b.requests).toHaveLength(0)
  })
})
