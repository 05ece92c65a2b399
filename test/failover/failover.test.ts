import {
  type Behaviour,
  contextLengthExceeded,
  gate,
  overloaded,
  rateLimited,
  resetBeforeHead,
  serverError,
} from '@tollgate/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadVocabulary, threeProviders } from './three-providers.ts'

beforeAll(loadVocabulary, 60_000)

const KEYS = { a: { apiKey: 'sk-of-a' }, b: { apiKey: 'sk-of-b' } }

describe('a failure before the first byte goes on to the next deployment', () => {
  const failures: [string, Behaviour, number | undefined][] = [
    ['429', rateLimited({ retryAfterS: 7 }), 429],
    ['500', serverError, 500],
    ['503', overloaded, 503],
    ['401', { refusal: { status: 401, message: 'Incorrect API key provided: sk-of-a' } }, 401],
  ]
  it.each(failures)('%s: paid once, at the price of the one that answered', async (_, failure, status) => {
    const { a, b, ask, attempts, books } = await threeProviders()
    a.next(failure)
    const answer = await ask()
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-tollgate-provider')).toBe('b')
    expect(answer.headers.get('x-tollgate-model')).toBe('medium')
    expect(answer.headers.get('x-tollgate-attempts')).toBe('2')
    expect(answer.headers.get('x-tollgate-cost-usd')).toBe('0.000100000')
    await answer.text()
    expect(await attempts()).toMatchObject([
      { provider: 'a', outcome: 'refused', status },
      { provider: 'b', outcome: 'answered', status: 200 },
    ])
    expect(await books()).toBe(b.totals().nanoUsd)
    expect(b.totals().nanoUsd).toBe(100_000)
  })

  it('a connection that is refused costs nothing', async () => {
    const providers = { a: { baseUrl: 'http://127.0.0.1:1/v1' } }
    const { b, ask, attempts, books } = await threeProviders({ providers })
    expect((await ask()).status).toBe(200)
    expect((await attempts())[0]).toMatchObject({ provider: 'a', outcome: 'unreachable' })
    expect(await books()).toBe(b.totals().nanoUsd)
  })

  it('a call that was sent and not answered in time may have cost: it is charged, and the next one too', async () => {
    const calling = { timeouts: { firstByteMs: 1_500 } }
    const { a, b, ask, attempts, books } = await threeProviders({ calling })
    const hold = gate()
    a.next({ hold })
    const answer = await ask()
    await answer.text()
    hold.open()
    expect((await attempts()).map(({ outcome }) => outcome)).toEqual(['timeout', 'answered'])
    const spent = await books()
    expect(spent).toBeGreaterThan(b.totals().nanoUsd)
    expect(spent).toBeLessThanOrEqual(b.totals().nanoUsd + 100_000)
  })

  it('a reset connection is no answer either', async () => {
    const { a, ask, attempts } = await threeProviders()
    a.next(resetBeforeHead)
    expect((await ask({ stream: true })).status).toBe(200)
    expect((await attempts()).map(({ outcome }) => outcome)).toEqual(['broken', 'answered'])
  })
})

/** @see PAINS P12: LiteLLM #41344, #39462: a fallback that costs more than what was reserved. */
describe('P12: the budget goes with it', () => {
  it('a deployment that does not fit is skipped, and its provider never sees the call', async () => {
    // 100 tokens cost $0.0001 at a, $0.0002 at b and $0.002 at c.
    const { a, b, c, ask, attempts, books } = await threeProviders({ limitUsd: '0.0003' })
    a.next(serverError)
    b.next(serverError)
    const answer = await ask()
    expect(answer.status).toBe(502)
    expect(await attempts()).toMatchObject([
      { provider: 'a', outcome: 'refused', status: 500 },
      { provider: 'b', outcome: 'refused', status: 500 },
      { provider: 'c', outcome: 'skipped' },
    ])
    expect(c.requests).toHaveLength(0)
    expect(await books()).toBe(0)
  })
})

describe('what passes', () => {
  it('the caller’s own mistake is not tried again: the provider’s answer as it is, and no charge', async () => {
    const { a, b, ask, books } = await threeProviders()
    a.next(contextLengthExceeded)
    const answer = await ask()
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { code: 'context_length_exceeded' } })
    expect(b.requests).toHaveLength(0)
    expect(await books()).toBe(0)
  })

  it('the provider’s key goes in, nothing of the client’s goes out, the model gets its own name', async () => {
    const { a, ask } = await threeProviders({ providers: KEYS })
    await ask(
      {},
      {
        headers: {
          authorization: 'Bearer tg-secret',
          'x-api-key': 'tg-secret',
          cookie: 'session=1',
          'x-tollgate-project': 'p',
          'x-litellm-tags': 't',
          'x-portkey-trace-id': 'i',
          'openai-organization': 'org-theirs',
          traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        },
      },
    )
    const { headers, body, path } = a.requests[0]!
    expect(path).toBe('/v1/chat/completions')
    expect(body).toMatchObject({ model: 'small', max_tokens: 100 })
    expect(headers.authorization).toBe('Bearer sk-of-a')
    expect(headers.traceparent).toContain('0af7651916cd43dd')
    expect(JSON.stringify(headers)).not.toMatch(/tg-secret|session=|tollgate|litellm|portkey|org-theirs/)
  })

  it('no provider sees the client’s idempotency key, which another tenant may have chosen as well', async () => {
    const { a, b, ask } = await threeProviders()
    a.next(serverError)
    const answer = await ask(
      {},
      { headers: { 'idempotency-key': 'order-1', 'x-stainless-retry-count': '0' } },
    )
    expect(answer.status).toBe(200)
    for (const provider of [a, b]) {
      expect(provider.requests).toHaveLength(1)
      expect(JSON.stringify(provider.requests[0]!.headers)).not.toMatch(/idempotency|order-1|stainless/)
    }
  })

  it('when all fail, the last one’s public words, and never a key', async () => {
    const { a, b, c, ask, books } = await threeProviders({ providers: KEYS })
    a.next({ refusal: { status: 401, message: 'Incorrect API key provided: sk-of-a' } })
    b.next(serverError)
    c.next(rateLimited({ retryAfterS: 7 }))
    const answer = await ask()
    expect([answer.status, answer.headers.get('retry-after'), answer.headers.get('x-should-retry')]).toEqual([
      502,
      '7',
      'true',
    ])
    expect(await answer.json()).toMatchObject({
      error: {
        code: 'provider_error',
        message: expect.stringMatching(
          /^Tollgate: c answered 429: Rate limit reached\. Please try again later\. Ref req_/,
        ),
      },
    })
    expect(await books()).toBe(0)
  })

  it('aborts the provider at once when the client leaves', async () => {
    const { a, b, ask } = await threeProviders()
    const hold = gate()
    a.next({ hold })
    const controller = new AbortController()
    const asking = ask({}, { signal: controller.signal })
    await a.waitFor(({ requests }) => requests.length === 1)
    controller.abort()
    await expect(asking).rejects.toThrow()
    await a.waitFor(({ requests }) => requests[0]!.outcome === 'aborted')
    hold.open()
    expect(b.requests).toHaveLength(0)
  })
})
