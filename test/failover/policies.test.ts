import { healthBoard } from '@tollgate/kit/stages/provider-failover'
import { gate, rateLimited, serverError } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { answered, served, threeProviders } from './three-providers.ts'

describe('retries', () => {
  it('ask again once all have failed, and what failed costs nothing', async () => {
    const bench = await threeProviders({ retries: { max: 1, baseMs: 1 } })
    for (const provider of [bench.a, bench.b, bench.c]) provider.next(serverError)
    const answer = await answered(bench)
    expect([answer.status, served(answer), answer.headers.get('x-tollgate-attempts')]).toEqual([
      200,
      'a',
      '4',
    ])
    expect(await bench.books()).toBe(bench.a.totals().nanoUsd)
  })

  it('wait as long as the provider asks, where that is in time', async () => {
    const bench = await threeProviders({ route: { targets: ['a/small'] }, retries: { max: 1, baseMs: 1 } })
    bench.a.next({ refusal: { ...rateLimited().refusal, headers: { 'retry-after-ms': '60' } } })
    const startedMs = performance.now()
    expect((await answered(bench)).status).toBe(200)
    expect(performance.now() - startedMs).toBeGreaterThan(55)
  })

  it('are not waited for beyond the deadline: the client is told when', async () => {
    const bench = await threeProviders({
      route: { targets: ['a/small'] },
      retries: { max: 1, withinMs: 1_000 },
    })
    bench.a.next(rateLimited({ retryAfterS: 30 }))
    const answer = await answered(bench)
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([502, '30'])
    expect(bench.a.requests).toHaveLength(1)
  })

  it('end when their client leaves', async () => {
    const bench = await threeProviders({
      route: { targets: ['a/small'] },
      retries: { max: 5, baseMs: 60_000, withinMs: 600_000, random: () => 1 },
    })
    bench.a.next(serverError)
    const client = new AbortController()
    const asking = bench.ask({}, { signal: client.signal })
    await bench.a.waitFor(({ requests }) => requests[0]?.outcome === 'refused')
    client.abort()
    await expect(asking).rejects.toThrow()
    expect(await bench.books()).toBe(0)
    expect(bench.a.requests).toHaveLength(1)
  })
})

describe('several keys', () => {
  const providers = { a: { apiKeys: ['sk-1', 'sk-2'] } }
  const keyOf = (request: { headers: { authorization?: string | undefined } }) =>
    request.headers.authorization

  it('are a pool: one that is limited rests, and the other works', async () => {
    const bench = await threeProviders({ providers, route: { targets: ['a/small', 'b/medium'] } })
    bench.a.next(rateLimited({ retryAfterS: 30 }))
    for (let request = 0; request < 5; request += 1) expect(served(await answered(bench))).toBe('a')
    const [limited, ...others] = bench.a.requests.map(keyOf)
    expect(others).toHaveLength(5)
    expect(others).not.toContain(limited)
    await bench.books()
    expect(bench.tried[0]).toMatchObject([
      { provider: 'a', reason: 'rate_limited', lostNanoUsd: 0 },
      { provider: 'a', outcome: 'answered' },
    ])
  })
})

describe('a bound on what runs', () => {
  it('sends the next one elsewhere, and lets it wait where nobody has room', async () => {
    const load = { concurrent: 1, waitMs: 10_000 }
    const bench = await threeProviders({
      providers: { a: { load }, b: { load } },
      route: { targets: ['a/small', 'b/medium'] },
    })
    const [first, second] = [gate(), gate()]
    bench.a.next({ hold: first })
    bench.b.next({ hold: second })
    const one = bench.ask()
    await bench.a.waitFor(({ requests }) => requests.length === 1)
    const two = bench.ask()
    await bench.b.waitFor(({ requests }) => requests.length === 1)
    const three = bench.ask()
    first.open()
    expect(served(await three)).toBe('a')
    second.open()
    for (const answer of await Promise.all([one, two])) expect(answer.status).toBe(200)
  })

  it('answers 503 with a time where nobody has room and nobody may wait', async () => {
    const bench = await threeProviders({
      providers: { a: { load: { concurrent: 1, queuedBytes: 0 } } },
      route: { targets: ['a/small'] },
    })
    const hold = gate()
    bench.a.next({ hold })
    const running = bench.ask()
    await bench.a.waitFor(({ requests }) => requests.length === 1)
    const answer = await answered(bench)
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
    hold.open()
    await (await running).text()
    expect(await bench.books()).toBe(bench.a.totals().nanoUsd)
  })
})

describe('a downgrade', () => {
  it('takes the next cheaper deployment when the preferred one does not fit, and says so', async () => {
    // 100 tokens of large cost $0.002, of medium $0.0002.
    const bench = await threeProviders({
      limitUsd: '0.001',
      route: { targets: ['c/large', 'a/small', 'b/medium'], downgrade: { whenShort: true } },
    })
    const answer = await answered(bench)
    expect([answer.status, served(answer)]).toEqual([200, 'b'])
    expect(answer.headers.get('x-tollgate-downgraded')).toBe('c/large; budget short')
    expect(bench.c.requests).toHaveLength(0)
    expect(await bench.books()).toBe(bench.b.totals().nanoUsd)
  })

  it('takes it once so much of the budget is used, and not before', async () => {
    const bench = await threeProviders({
      limitUsd: '0.01',
      answerTokens: 100,
      route: { targets: ['c/large', 'b/medium'], downgrade: { abovePercent: 50 } },
    })
    const answers: Response[] = []
    for (let request = 0; request < 4; request += 1) answers.push(await answered(bench))
    // Each costs a fifth of the budget: the third reserves up to 60 % of it.
    expect(answers.map(served)).toEqual(['c', 'c', 'b', 'b'])
    expect(answers.map((answer) => answer.headers.get('x-tollgate-downgraded'))).toEqual([
      null,
      null,
      'c/large; budget used to 60 %',
      'c/large; budget used to 62 %',
    ])
    expect(await bench.books()).toBe(bench.b.totals().nanoUsd + bench.c.totals().nanoUsd)
  })

  it('is never made silently: without the rule, the request is refused', async () => {
    const bench = await threeProviders({ limitUsd: '0.001', route: { targets: ['c/large', 'b/medium'] } })
    const answer = await answered(bench)
    expect(answer.status).toBe(429)
    expect(bench.b.requests).toHaveLength(0)
  })
})

describe('the order', () => {
  it('is that of the cost of this request', async () => {
    const bench = await threeProviders({
      route: { targets: ['c/large', 'b/medium', 'a/small'], order: 'least-cost' },
    })
    expect(served(await answered(bench))).toBe('a')
  })

  it('is by what was said at the begin of a conversation, where that is sticky', async () => {
    const bench = await threeProviders({
      route: { targets: ['a/small', 'b/medium', 'c/large'], sticky: 'prefix' },
    })
    const conversation = (begin: string, more: string) => ({
      messages: [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: begin },
        { role: 'assistant', content: more },
      ],
    })
    const places = new Set<string | null>()
    for (const begin of ['one', 'two', 'three', 'four', 'five', 'six']) {
      const turns = [
        await answered(bench, conversation(begin, 'x')),
        await answered(bench, conversation(begin, 'y')),
      ]
      expect(new Set(turns.map(served)).size).toBe(1)
      places.add(served(turns[0]!))
    }
    expect(places.size).toBeGreaterThan(1)
  })

  it('leaves out who fails, and prices the reservation at who comes instead', async () => {
    const health = healthBoard({ minVolume: 1, failureShare: 1, openMs: 60_000 })
    const bench = await threeProviders({ health })
    bench.a.next(serverError)
    expect(served(await answered(bench))).toBe('b')
    const answer = await answered(bench)
    expect([served(answer), answer.headers.get('x-tollgate-attempts')]).toEqual(['b', '1'])
    expect(bench.a.requests).toHaveLength(1)
  })
})

describe('when everybody is shut', () => {
  it('the one that opens first is asked all the same, and that is said', async () => {
    const bench = await threeProviders({ route: { targets: ['a/small', 'b/medium'] } })
    const nowMs = Date.now()
    bench.health.impose({ id: 'a/small', why: 'failing', untilMs: nowMs + 60_000 }, nowMs)
    bench.health.impose({ id: 'b/medium', why: 'failing', untilMs: nowMs + 30_000 }, nowMs)
    expect(served(await answered(bench))).toBe('b')
    expect(await bench.attempts()).toMatchObject([
      { provider: 'a', outcome: 'skipped', reason: 'failing' },
      { provider: 'b', outcome: 'skipped', reason: 'failing' },
      { provider: 'b', outcome: 'answered', despite: 'failing' },
    ])
  })
})
