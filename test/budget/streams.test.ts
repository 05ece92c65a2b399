import type { Behaviour } from '@tollgate/testing'
import { dieAfter, gate, memoryLedger, resetBeforeHead, truncateAfter } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { type Assembly, assemble } from '../support/assembly.ts'
import { promised } from '../support/promised.ts'

const LIMIT = 5_000_000_000
const BUDGET = [{ limit_usd: '5.00', period: 'daily' }] as const
const ANSWER = 100

const ask = (extra: object = {}) => ({
  model: 'gpt-4o',
  stream: true,
  messages: [{ role: 'user', content: 'Tell me about budgets, 世界 and naïve café owners 😊.' }],
  metadata: { answer_tokens: String(ANSWER) },
  ...extra,
})

/** The text that a client assembles from a stream. */
function textOf(sse: string): string {
  let text = ''
  for (const line of sse.split(/\r\n|\n|\r/)) {
    if (!line.startsWith('data:') || line.includes('[DONE]')) continue
    text += JSON.parse(line.slice(5)).choices?.[0]?.delta?.content ?? ''
  }
  return text
}

/** Provider's count ≤ charge ≤ what was reserved, and nothing held any more. */
async function expectBounded({
  provider,
  books,
  atRest,
}: Assembly): Promise<{ billed: number; spent: number }> {
  await atRest()
  const billed = provider.totals().nanoUsd
  const { spent, reserved, unconfirmed } = await books()
  expect(spent).toBeGreaterThanOrEqual(billed)
  expect(spent).toBeLessThanOrEqual(LIMIT)
  expect({ reserved, unconfirmed }).toEqual({ reserved: 0, unconfirmed: 0 })
  return { billed, spent }
}

/** @see PAINS P10: Kong #14535, higress #2187, envoy #1754: streams whose usage nobody has seen. */
describe('P10: a complete stream is charged what the provider counts', () => {
  const forms: Record<string, Behaviour> = {
    'whole writes': {},
    'byte by byte': { cut: 1 },
    'three bytes at a time': { cut: 3 },
    'in prime pieces, multi-byte text': { cut: 7, multibyte: true },
    'with CRLF, cut between them': { sse: { lineEnd: '\r\n' }, cut: 11 },
    'with CR alone': { sse: { lineEnd: '\r' }, cut: 5 },
    'with comments': { sse: { comments: true }, cut: 13 },
    'without a space after data:': { sse: { tight: true } },
    'without [DONE]': { sse: { done: false } },
    'usage before the finish chunk': { usage: 'before-finish' },
    'usage on the finish chunk': { usage: 'with-finish' },
    'with cached input': { cachedTokens: 8 },
    'with hidden reasoning': { reasoningTokens: 40 },
    'gzip though identity was asked for': { gzip: true },
    'everything at once': {
      cut: 17,
      multibyte: true,
      sse: { lineEnd: '\r\n', comments: true, tight: true, done: false },
      usage: 'with-finish',
    },
  }

  it.each(Object.entries(forms))('%s', async (_, behaviour) => {
    const gateway = await assemble({ budgets: BUDGET })
    gateway.provider.next(behaviour)
    const answer = await gateway.post('/chat/completions', ask())
    const sse = await answer.text()
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    expect(textOf(sse)).toBe(gateway.provider.requests[0]!.texts[0])
    const { billed, spent } = await expectBounded(gateway)
    expect(spent).toBe(billed)
    expect(billed).toBeGreaterThan(0)
  })
})

describe('P10: the usage chunk', () => {
  it('is asked for always, and hidden from a client that did not ask', async () => {
    const { post, provider } = await assemble({ budgets: BUDGET })
    const sse = await (await post('/chat/completions', ask())).text()
    expect(provider.requests[0]!.body).toMatchObject({ stream_options: { include_usage: true } })
    expect(sse).not.toContain('prompt_tokens')
    expect(sse).toContain('data: [DONE]')
    expect(sse).toMatch(/: tollgate cost-usd=0\.00\d+\n\n$/)
  })

  it('is passed on to one that asked', async () => {
    const { post } = await assemble({ budgets: BUDGET })
    const sse = await (
      await post('/chat/completions', ask({ stream_options: { include_usage: true } }))
    ).text()
    expect(sse.match(/prompt_tokens"/g)).toHaveLength(1)
  })

  it('may be missing: the text is counted, and marked', async () => {
    const gateway = await assemble({ budgets: BUDGET })
    gateway.provider.next({ usage: 'never' })
    await (await gateway.post('/chat/completions', ask())).text()
    const { billed, spent } = await expectBounded(gateway)
    expect(spent - billed).toBeLessThanOrEqual(10 * 10_000)
  })
})

/** @see PAINS P9: LiteLLM #33736, #35958, #37558, Bifrost #3357: aborted streams that are free, charged twice, or guessed. */
describe('P9: a client that leaves after k chunks', () => {
  it.each([0, 1, 50, 99])('is charged for what was generated: k = %i', async (k) => {
    const gateway = await assemble({ budgets: BUDGET })
    const until = gate()
    gateway.provider.next({ pause: { afterChunks: k, until } })
    const controller = new AbortController()
    const answer = await gateway.post('/chat/completions', ask(), { signal: controller.signal })
    const reader = answer.body!.getReader()
    await gateway.provider.waitFor(({ requests }) => requests[0]!.chunksSent >= k)
    if (k > 0) await reader.read()
    controller.abort()
    await gateway.provider.waitFor(({ requests }) => requests[0]!.outcome === 'aborted')
    until.open()
    const { billed, spent } = await expectBounded(gateway)
    expect(billed).toBeGreaterThan(0)
    // Never the worst case: at most a second of the model at its fastest above the truth.
    expect(spent - billed).toBeLessThan(20_000_000)
  })

  it('is charged for a prompt of tokens as for one of words', async () => {
    const gateway = await assemble({ budgets: BUDGET })
    const until = gate()
    gateway.provider.next({ pause: { afterChunks: 1, until } })
    const controller = new AbortController()
    const tokens = Array.from({ length: 2_000 }, (_, at) => 1_000 + at)
    const body = { model: 'gpt-3.5-turbo-instruct', stream: true, prompt: [tokens], max_tokens: 10 }
    const answer = await gateway.post('/completions', body, { signal: controller.signal })
    await answer.body!.getReader().read()
    controller.abort()
    await gateway.provider.waitFor(({ requests }) => requests[0]!.outcome === 'aborted')
    until.open()
    const { spent } = await expectBounded(gateway)
    // $1.50 a million.
    expect(spent).toBeGreaterThanOrEqual(2_000 * 1_500)
  })

  it('before the head of the answer: upstream is aborted and the reservation closed', async () => {
    const gateway = await assemble({ budgets: BUDGET })
    const hold = gate()
    gateway.provider.next({ hold })
    const controller = new AbortController()
    const answer = gateway.post('/chat/completions', ask(), { signal: controller.signal })
    await gateway.provider.waitFor(({ requests }) => requests.length === 1)
    controller.abort()
    await expect(answer).rejects.toThrow()
    await gateway.provider.waitFor(({ requests }) => requests[0]!.outcome === 'aborted')
    hold.open()
    await expectBounded(gateway)
  })

  it('after the last byte: the charge is exact', async () => {
    const gateway = await assemble({ budgets: BUDGET })
    const answer = await gateway.post('/chat/completions', ask())
    await answer.text()
    const { billed, spent } = await expectBounded(gateway)
    expect(spent).toBe(billed)
  })
})

describe('a provider that dies in the middle', () => {
  it.each([1, 3, 50])('after %i chunks: an error event for the client, a bounded charge', async (chunks) => {
    const gateway = await assemble({ budgets: BUDGET })
    gateway.provider.next(dieAfter(chunks))
    const sse = await (await gateway.post('/chat/completions', ask())).text()
    expect(sse).toMatch(
      /data: \{"error":\{"message":"Tollgate: openai broke off[^}]+"code":"provider_error"\}\}\n\ndata: \[DONE\]\n\n/,
    )
    await expectBounded(gateway)
  })

  it('that merely stops is charged for what came', async () => {
    const gateway = await assemble({ budgets: BUDGET })
    gateway.provider.next(truncateAfter(20))
    await (await gateway.post('/chat/completions', ask())).text()
    await expectBounded(gateway)
  })

  it('before its head: 502, and a retry is possible', async () => {
    const gateway = await assemble({ budgets: BUDGET })
    gateway.provider.next(resetBeforeHead)
    const answer = await gateway.post('/chat/completions', ask())
    expect([answer.status, answer.headers.get('x-should-retry')]).toEqual([502, 'true'])
    expect(await answer.json()).toMatchObject({ error: { code: 'provider_error' } })
    await expectBounded(gateway)
  })

  it('in the middle of a JSON answer: 502 instead of half of it', async () => {
    const gateway = await assemble({ budgets: BUDGET })
    gateway.provider.next(dieAfter(1))
    const answer = await gateway.post('/chat/completions', ask({ stream: false }))
    expect(answer.status).toBe(502)
    expect(await answer.json()).toMatchObject({ error: { code: 'provider_error' } })
    await expectBounded(gateway)
  })
})

describe('a JSON answer', () => {
  it('carries its cost and what is left, and the books agree before anything else', async () => {
    const { post, provider, books } = await assemble({ budgets: BUDGET })
    const answer = await post('/chat/completions', ask({ stream: false }))
    await answer.json()
    const billed = provider.totals().nanoUsd
    const usd = (nano: number) => (nano / 1e9).toFixed(9)
    expect(answer.headers.get('x-tollgate-cost-usd')).toBe(usd(billed))
    expect(answer.headers.get('x-tollgate-budget-remaining-usd')).toBe(usd(LIMIT - billed))
    expect((await books()).spent).toBe(billed)
  })

  it('is charged for embeddings too', async () => {
    const gateway = await assemble({ budgets: BUDGET })
    const answer = await gateway.post('/embeddings', {
      model: 'text-embedding-3-small',
      input: ['one', 'two three'],
    })
    expect(answer.status).toBe(200)
    const { billed, spent } = await expectBounded(gateway)
    expect(spent).toBe(billed)
    expect(billed).toBeGreaterThan(0)
  })
})

describe('a client that leaves while its money is being reserved', () => {
  it('has bought nothing, and nothing is held', async () => {
    const books = memoryLedger()
    const reserving = gate()
    const left = gate()
    const released = promised<string>()
    const gateway = await assemble({
      budgets: BUDGET,
      before: [
        (_req, res, next) => {
          res.once('close', left.open)
          next()
        },
      ],
      ledger: {
        ...books,
        async reserve(command) {
          reserving.open()
          await left.opened
          return books.reserve(command)
        },
        async release(org, id) {
          const result = await books.release(org, id)
          released.open(result.status)
          return result
        },
      },
    })
    const controller = new AbortController()
    const asking = gateway.post('/chat/completions', ask(), { signal: controller.signal })
    await reserving.opened
    controller.abort()
    await expect(asking).rejects.toThrow()
    expect(await released.opened).toBe('released')
    expect(await gateway.books()).toMatchObject({ spent: 0, reserved: 0 })
    expect(gateway.provider.requests).toHaveLength(0)
  })
})
