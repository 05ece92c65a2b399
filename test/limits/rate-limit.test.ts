import { memoryLimits, rateLimit } from '@tollgate/kit'
import { type Clock, systemClock } from '@tollgate/kit/core'
import type { RateLimitOptions } from '@tollgate/kit/stages/rate-limit'
import { gate, serverError } from '@tollgate/testing'
import { RateLimitError } from 'openai'
import { describe, expect, it } from 'vitest'
import { type Assembly, type AssemblyOptions, assemble } from '../support/assembly.ts'
import { closeAfter } from '../support/close-after.ts'
import { clientOf, errorOf, flat, messages } from '../support/openai.ts'

const asks = (text: string, more: object = {}) => ({
  model: 'flat',
  messages: [{ role: 'user' as const, content: text }],
  max_tokens: 50,
  metadata: { answer_tokens: '10' },
  ...more,
})

interface Paced
  extends Omit<RateLimitOptions, 'limits'>,
    Pick<AssemblyOptions, 'budgets' | 'before' | 'reserve'> {
  /** What minutes go by; the machine's own by default. */
  readonly clock?: Clock
}

async function paced({
  budgets = [],
  before = [],
  reserve = {},
  clock = systemClock,
  ...options
}: Paced): Promise<Assembly & { readonly limits: RateLimitOptions['limits'] }> {
  const limits = memoryLimits({ clock })
  closeAfter(() => limits.close())
  const stage = rateLimit({ limits, ...options })
  return {
    ...(await assemble({ prices: flat, budgets, before, reserve, between: [stage] })),
    limits,
  }
}

/** A clock that stands until it is started. */
function stoppedClock(): { readonly clock: Clock; start(): void } {
  const stoodMs = Date.now()
  let startedMs: number | undefined
  const sinceMs = () => (startedMs === undefined ? 0 : performance.now() - startedMs)
  return {
    clock: { now: () => stoodMs + Math.floor(sinceMs()) },
    start() {
      startedMs ??= performance.now()
    },
  }
}

/** What is left, by the headers of an answer. */
const left = (answer: Response, what: 'requests' | 'tokens') =>
  Number(answer.headers.get(`x-ratelimit-remaining-${what}`))

describe('requests a minute', () => {
  it('pass up to the limit; then 429, with when the next would pass', async () => {
    const { post } = await paced({ rates: { key: { rpm: 2 } } })
    expect(left(await post('/chat/completions', asks('one')), 'requests')).toBe(1)
    expect(left(await post('/chat/completions', asks('two')), 'requests')).toBe(0)
    const refused = await post('/chat/completions', asks('three'))
    expect(refused.status).toBe(429)
    const waitMs = Number(refused.headers.get('retry-after-ms'))
    expect(waitMs).toBeGreaterThan(0)
    expect(waitMs).toBeLessThanOrEqual(60_000)
    const { headers } = refused
    expect(headers.get('retry-after')).toBe(String(Math.ceil(waitMs / 1000)))
    expect(headers.get('x-should-retry')).toBe('true')
    // The two families say the same, and never that it would pass before it does.
    expect(headers.get('ratelimit')).toBe(`"rpm";r=0;t=${Math.ceil(waitMs / 1000)}`)
    expect(headers.get('ratelimit-policy')).toBe('"rpm";q=2;w=60')
    expect([headers.get('x-ratelimit-limit-requests'), left(refused, 'requests')]).toEqual(['2', 0])
    const { error } = (await refused.json()) as { error: { code: string; type: string; message: string } }
    expect(error).toMatchObject({ code: 'rate_limited', type: 'rate_limit_error' })
    expect(error.message).toMatch(
      /^Tollgate: key \S+ has made its 2 requests of this minute\. Try again in \d+ s\./,
    )
  })

  it('use nothing when a later stage refuses', async () => {
    const { post, limits, key } = await paced({
      rates: { key: { rpm: 10, tpm: 6_000, concurrency: 2 } },
      budgets: [{ limit_usd: '0', period: 'daily' }],
    })
    for (let request = 0; request < 20; request += 1) {
      expect((await post('/chat/completions', asks(`${request}`))).status).toBe(429)
    }
    const scope = { subject: key.account as 'key:', rpm: 10, tpm: 6_000, concurrency: 2 }
    await expect
      .poll(async () => (await limits.read(key.org, [scope])).map(({ remaining }) => remaining))
      .toEqual([10, 6_000, 2])
  })

  it('count a bad request for nothing', async () => {
    const { post } = await paced({ rates: { key: { rpm: 1 } } })
    for (let request = 0; request < 5; request += 1) {
      expect((await post('/chat/completions', { model: 'flat', messages: 'none' })).status).toBe(400)
    }
    expect((await post('/chat/completions', asks('good'))).status).toBe(200)
  })
})

describe('tokens a minute', () => {
  it('are those that were really used, once that is known', async () => {
    const { post, provider } = await paced({ rates: { key: { tpm: 100_000 } } })
    const first = await post('/chat/completions', asks('one', { max_tokens: 90_000 }))
    expect(left(first, 'tokens')).toBeLessThan(100_000)
    await first.text()
    const { inputTokens, outputTokens } = provider.totals()
    const second = await post('/chat/completions', asks('two', { max_tokens: 1 }))
    const expected = Math.ceil(JSON.stringify(asks('two', { max_tokens: 1 })).length / 4) + 1
    // Some have run out meanwhile, but none that was only expected is still held.
    expect(left(second, 'tokens')).toBeGreaterThanOrEqual(100_000 - inputTokens - outputTokens - expected)
  })

  it('make the OpenAI SDK wait for as long as they say', async () => {
    // No time passes before it is refused: otherwise a busy machine may take so long that it need not wait.
    const { clock, start } = stoppedClock()
    const assembly = await paced({ clock, rates: { key: { tpm: 1_200 } } })
    const client = clientOf(assembly, {
      async fetch(input, init) {
        const answer = await fetch(input, init)
        if (answer.status === 429) start()
        return answer
      },
    })
    await client.chat.completions.create(
      asks('much', { max_tokens: 1_200, metadata: { answer_tokens: '1200' } }),
    )
    // By its own back-off it would come again after half a second and after one, and give up.
    const answer = await client.chat.completions.create(asks('little', { max_tokens: 10 }))
    expect(answer.choices[0]!.message.content).not.toBe('')
    expect(assembly.answered.map(({ status }) => status)).toEqual([200, 429, 200])
  })
})

describe('requests at a time', () => {
  it('are held for as long as a stream runs, and free when its client leaves', async () => {
    const { post, provider } = await paced({ rates: { key: { concurrency: 1 } } })
    const door = gate()
    provider.next({ pause: { afterChunks: 2, until: door }, answerTokens: 20 })
    const client = new AbortController()
    const stream = await post('/chat/completions', asks('long', { stream: true }), { signal: client.signal })
    expect(stream.status).toBe(200)
    expect(stream.headers.get('ratelimit')).toBe('"concurrency";r=0')
    const refused = await post('/chat/completions', asks('other'))
    expect([refused.status, refused.headers.get('retry-after-ms')]).toEqual([429, '1000'])
    client.abort()
    const other = async () => (await post('/chat/completions', asks('other'))).status
    await expect.poll(other, { timeout: 20_000 }).toBe(200)
    door.open()
  })

  it('are free after every end there is', async () => {
    const { post, provider, limits, key } = await paced({ rates: { key: { concurrency: 3 } } })
    provider.next(serverError)
    await post('/chat/completions', asks('fails'))
    await post('/chat/completions', { model: 'flat' })
    await (await post('/chat/completions', asks('streams', { stream: true }))).text()
    const scope = { subject: key.account as 'key:', concurrency: 3 }
    await expect.poll(async () => (await limits.read(key.org, [scope]))[0]!.remaining).toBe(3)
  })
})

describe('a runaway', () => {
  const failing = async (options: Paced = {}) => {
    const runaways: string[] = []
    const assembly = await paced({
      runaway: {
        onRunaway: ({ reason, treatment }) => runaways.push(`${reason} ${treatment}`),
        ...options.runaway,
      },
      ...options,
    })
    const fail = async (text: string) => {
      assembly.provider.next(serverError)
      return assembly.post('/chat/completions', asks(text))
    }
    return { ...assembly, runaways, fail }
  }

  it('is shut out once one request has failed twenty times, and no client tries again', async () => {
    const assembly = await failing()
    for (let time = 0; time < 20; time += 1)
      expect((await assembly.fail('same')).status).toBeGreaterThanOrEqual(500)
    await expect.poll(() => assembly.runaways).toEqual(['failures enforce'])
    const error = await errorOf(clientOf(assembly).chat.completions.create(asks('anything else')))
    expect(error).toBeInstanceOf(RateLimitError)
    expect(error).toMatchObject({ status: 429, code: 'runaway_loop' })
    expect(error.message).toMatch(
      /has sent a request that fails over and over, and is shut out for \d+ s more/,
    )
    expect(assembly.answered).toHaveLength(21)
    expect(assembly.provider.totals().requests).toBe(20)
  })

  it('is only told of where limits observe', async () => {
    const { fail, post, runaways } = await failing({ mode: 'observe' })
    for (let time = 0; time < 25; time += 1) await fail('same')
    await expect.poll(() => runaways).toContain('failures observe')
    expect((await post('/chat/completions', asks('other'))).status).toBe(200)
  })

  it('is no batch of different prompts, and no canary', async () => {
    const { fail, post, runaways } = await failing()
    for (let time = 0; time < 60; time += 1) await fail(`prompt ${time}`)
    for (let time = 0; time < 60; time += 1) {
      expect((await post('/chat/completions', asks('ping'))).status).toBe(200)
    }
    expect(runaways).toEqual([])
  })
})

describe('where limits only observe', () => {
  it('says what would have been refused, and lets it pass', async () => {
    const { post } = await paced({ rates: { key: { rpm: 1 } }, mode: 'observe' })
    expect((await post('/chat/completions', asks('one'))).headers.get('x-tollgate-would-refuse')).toBeNull()
    const second = await post('/chat/completions', asks('two'))
    expect([second.status, second.headers.get('x-tollgate-would-refuse')]).toEqual([200, 'rate_limited'])
  })
})

describe('what callers are told', () => {
  it('is nothing of numbers where limits are not exposed', async () => {
    const { post } = await paced({ rates: { key: { rpm: 1 } }, exposeLimits: false })
    const first = await post('/chat/completions', asks('one'))
    const second = await post('/chat/completions', asks('two'))
    for (const { headers } of [first, second]) {
      expect([...headers.keys()].filter((name) => /ratelimit/.test(name))).toEqual([])
    }
    expect(await second.text()).toMatch(/has made all its requests of this minute/)
  })

  it('is said in the dialect that the client speaks', async () => {
    const { url, key } = await paced({ rates: { key: { rpm: 1 } } })
    const ask = () =>
      fetch(`${url}/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': key.secret },
        body: JSON.stringify({ model: 'flat', max_tokens: 5, messages }),
      })
    await (await ask()).text()
    expect(await (await ask()).json()).toMatchObject({ type: 'error', error: { type: 'rate_limit_error' } })
  })
})

it('is mounted once', async () => {
  const limits = memoryLimits()
  const twice = assemble({ between: [rateLimit({ limits }), rateLimit({ limits })] })
  await expect(twice).rejects.toThrow(/rate-limit gives "pace", which rate-limit has given already/)
})
