import { healthBoard } from '@tollgate/kit/stages/provider-failover'
import { rateLimited } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { answers, begins, type Misbehaviour, rawProvider, reset, silence } from './raw-provider.ts'
import { answered, type BenchOptions, served, threeProviders } from './three-providers.ts'

/** A provider that misbehaves first, and one that does not behind it. */
async function misbehaving(behaviour: Misbehaviour, options: BenchOptions = {}) {
  const raw = await rawProvider()
  raw.next(behaviour)
  const bench = await threeProviders({
    providers: { a: { baseUrl: raw.url } },
    route: { targets: ['a/small', 'b/medium'] },
    ...options,
  })
  return { raw, bench }
}

const JSON_TYPE = 'application/json'
const plain =
  (text: string): Misbehaviour =>
  (socket) =>
    void socket.end(text)

describe('the time of a whole request', () => {
  it('ends it: nobody else is asked, or blamed, for what the first one took', async () => {
    const health = healthBoard({ minVolume: 1, failureShare: 1, openMs: 60_000 })
    const { bench } = await misbehaving(silence, { health, calling: { timeouts: { totalMs: 1_500 } } })
    const answer = await answered(bench)
    expect(answer.status).toBe(504)
    const spent = await bench.books()
    expect(bench.tried[0]).toMatchObject([{ provider: 'a', reason: 'timeout', lostNanoUsd: spent }])
    expect(bench.b.requests).toHaveLength(0)
    const states = health.read(Date.now()).map(({ provider, breaker, failed }) => [provider, breaker, failed])
    expect(states).toEqual([
      ['a', 'open', 1],
      ['b', 'closed', 0],
    ])
  })

  it('is nobody’s fault who has gone on talking until it was over, to whoever asked for so much', async () => {
    const event =
      'data: {"object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"hello "}}]}\n\n'
    const talking: Misbehaviour = (socket) => {
      const timer = setInterval(() => socket.write(`${event.length.toString(16)}\r\n${event}\r\n`), 50)
      socket.on('close', () => clearInterval(timer))
    }
    const health = healthBoard({ minVolume: 1, failureShare: 1, openMs: 60_000 })
    const { bench } = await misbehaving(begins('text/event-stream', event, talking), {
      health,
      calling: { timeouts: { totalMs: 1_500 } },
    })
    const answer = await bench.ask({ stream: true })
    expect(await answer.text()).toContain('"code":"provider_timeout"')
    expect(await bench.attempts()).toMatchObject([{ provider: 'a', outcome: 'broken', reason: 'timeout' }])
    expect(await bench.books()).toBeGreaterThan(0)
    expect(health.read(Date.now())[0]).toMatchObject({ provider: 'a', breaker: 'closed', failed: 0 })
  })

  it('is not waited beyond, whatever a provider asks for', async () => {
    const bench = await threeProviders({
      route: { targets: ['a/small'] },
      retries: { max: 1, withinMs: 600_000 },
      calling: { timeouts: { totalMs: 2_000 } },
    })
    bench.a.next(rateLimited({ retryAfterS: 60 }))
    const answer = await answered(bench)
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([502, '60'])
    expect(bench.a.requests).toHaveLength(1)
  })
})

describe('a head that is not as it should be', () => {
  const refusal = '{"error":{"message":"Slow.","code":"rate_limit_exceeded"}}'
  const limited = (...lines: string[]) =>
    plain(['HTTP/1.1 429 Too Many Requests', 'connection: close', ...lines, '', refusal].join('\r\n'))
  it.each([
    ['two of one kind', ['retry-after: 7', 'retry-after: 9']],
    ['a time that nobody lives to see', ['retry-after: 1e300']],
    ['a time that has been', ['retry-after: Wed, 21 Oct 2015 07:28:00 GMT']],
    ['less than nothing', ['retry-after: -5', 'retry-after-ms: -5000']],
    ['no time at all', ['retry-after: ', 'retry-after-ms: soon']],
  ])('a retry-after of %s is a rate limit all the same', async (_, lines) => {
    const { bench } = await misbehaving(limited(...lines))
    expect(served(await answered(bench))).toBe('b')
    await bench.books()
    expect(bench.tried[0]).toMatchObject([
      { reason: 'rate_limited', lostNanoUsd: 0 },
      { outcome: 'answered' },
    ])
    const untilMs = bench.health.read(Date.now())[0]!.closure?.untilMs ?? 0
    expect(untilMs).toBeLessThan(Date.now() + 25 * 3_600_000)
  })

  it('a time that nobody lives to see is not told to the client', async () => {
    const { bench } = await misbehaving(limited('retry-after: 1e300'), { route: { targets: ['a/small'] } })
    const answer = await answered(bench)
    expect(answer.status).toBe(502)
    expect(answer.headers.get('retry-after') ?? '1').toMatch(/^\d{1,9}$/)
  })

  it('two codings are one after the other, and none that can be read is a failure', async () => {
    const head = ['HTTP/1.1 200 OK', `content-type: ${JSON_TYPE}`, 'connection: close']
    const twice = ['content-encoding: gzip', 'content-encoding: br', '', 'neither']
    const { bench } = await misbehaving(plain([...head, ...twice].join('\r\n')))
    const answer = await answered(bench)
    expect(answer.status).not.toBe(500)
    expect(await bench.books()).toBeGreaterThan(0)
  })

  it('what comes before the answer is no answer', async () => {
    const early = 'HTTP/1.1 103 Early Hints\r\nlink: </x>; rel=preload\r\n\r\n'
    const body = '{"object":"chat.completion","choices":[]}'
    const { bench } = await misbehaving((socket) => {
      socket.write(early)
      answers('200 OK', JSON_TYPE, body)(socket)
    })
    const answer = await bench.ask()
    expect([answer.status, served(answer), await answer.text()]).toEqual([200, 'a', body])
  })

  it.each(['301 Moved Permanently', '302 Found', '308 Permanent Redirect'])(
    'a provider that sends its callers elsewhere has not answered: %s',
    async (status) => {
      const { bench } = await misbehaving(
        plain(
          `HTTP/1.1 ${status}\r\nlocation: http://127.0.0.1:1/login\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
        ),
      )
      const answer = await answered(bench)
      expect([answer.status, served(answer)]).toEqual([200, 'b'])
      expect(answer.headers.get('location')).toBeNull()
      await bench.books()
      expect(bench.tried[0]).toMatchObject([{ outcome: 'refused', lostNanoUsd: 0 }, { outcome: 'answered' }])
    },
  )
})

describe('a body that says more behind its end', () => {
  it('is whole, and its trailers are nobody else’s', async () => {
    const body = '{"object":"chat.completion","choices":[]}'
    const trailers = '0\r\nx-of-a: secret\r\n\r\n'
    const { bench } = await misbehaving(begins(JSON_TYPE, body, (socket) => void socket.end(trailers)))
    const answer = await bench.ask()
    expect([answer.status, served(answer), await answer.text()]).toEqual([200, 'a', body])
    expect([...answer.headers.keys()]).not.toContain('x-of-a')
  })
})

describe('a call that has ended', () => {
  it('takes no part of what runs, also where its answer cannot be ended well', async () => {
    const { bench } = await misbehaving(begins('audio/mpeg', 'sound', reset), {
      route: { targets: ['a/small'] },
    })
    const client = bench.ask().then((answer) => answer.arrayBuffer())
    await client.catch(() => {})
    await bench.books()
    expect(bench.health.read(Date.now())).toMatchObject([{ provider: 'a', inFlight: 0, failed: 1 }])
  })
})
