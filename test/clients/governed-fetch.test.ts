import { type GovernedFetchOptions, governedFetch } from '@tollgate/kit/client'
import { type AccountId, type BudgetEntry, budgetFrom, type Ledger } from '@tollgate/kit/ledger'
import { priceBook } from '@tollgate/kit/meter'
import {
  type Behaviour,
  dieAfter,
  gate,
  memoryLedger,
  resetBeforeHead,
  serverError,
  simulatedProvider,
  truncateAfter,
} from '@tollgate/testing'
import OpenAI, { APIConnectionError, APIUserAbortError, BadRequestError, RateLimitError } from 'openai'
import { describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'

const DAILY: readonly BudgetEntry[] = [{ limit_usd: '5.00', period: 'daily' }]
const LIMIT = 5_000_000_000
const ACCOUNT: AccountId = 'team:reports'
const PROVIDER_KEY = 'sk-of-the-worker'

/** Input is free, and 1,000 output tokens cost $0.10: a call's worst case is what its cap says. */
const FLAT = { input: '0', output: '100' }

type Governing = Partial<Omit<GovernedFetchOptions, 'ledger' | 'principal'>>

/** A worker: the real client on a governed fetch, with books of its own, and no server anywhere but the provider. */
async function worker({
  budgets = DAILY,
  govern = {},
}: {
  budgets?: readonly BudgetEntry[]
  govern?: Governing
} = {}) {
  const provider = await simulatedProvider({ apiKey: PROVIDER_KEY, prices: { flat: FLAT } })
  closeAfter(() => provider.close())
  const ledger = memoryLedger()
  closeAfter(() => ledger.close())
  await ledger.provision(
    'default',
    ACCOUNT,
    budgets.map((budget) => budgetFrom(budget)),
  )
  const prices = priceBook({ overrides: { flat: { ...FLAT, cached_input: FLAT.input } } })
  const fetch = governedFetch({ ledger, principal: { team: 'reports' }, prices, ...govern })
  const openai = new OpenAI({ baseURL: provider.url, apiKey: PROVIDER_KEY, fetch, maxRetries: 2 })
  const books = async () => {
    const { spent, reserved, unconfirmed } = (await ledger.read('default', [ACCOUNT]))[0]!
    return { spent, reserved, unconfirmed }
  }
  return { provider, ledger, fetch, openai, books }
}

type Worker = Awaited<ReturnType<typeof worker>>

const ask = <Extra extends object>(extra?: Extra) => ({
  model: 'gpt-4o',
  messages: [{ role: 'user' as const, content: 'Summarise the orders of last night.' }],
  metadata: { answer_tokens: '100' },
  ...(extra as Extra),
})

/** The books have the provider's own count, at once, and hold nothing. */
async function expectExact({ provider, books }: Worker): Promise<void> {
  const { nanoUsd } = provider.totals()
  expect(nanoUsd).toBeGreaterThan(0)
  expect(await books()).toEqual({ spent: nanoUsd, reserved: 0, unconfirmed: 0 })
}

/** Provider's count ≤ charge ≤ what was reserved, and nothing is held. */
async function expectBounded({ provider, books }: Worker): Promise<number> {
  await expect.poll(async () => (await books()).reserved, { timeout: 10_000 }).toBe(0)
  const { nanoUsd } = provider.totals()
  const { spent, unconfirmed } = await books()
  expect(spent).toBeGreaterThanOrEqual(nanoUsd)
  expect(spent).toBeLessThanOrEqual(LIMIT)
  expect(unconfirmed).toBe(0)
  return spent - nanoUsd
}

async function textOf(stream: AsyncIterable<OpenAI.ChatCompletionChunk>): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
  return text
}

describe('an answer is in the books before it is handed over', () => {
  it('chat', async () => {
    const it = await worker()
    const completion = await it.openai.chat.completions.create(ask())
    expect(completion.choices[0]?.message.content).toBe(it.provider.requests[0]!.texts[0])
    await expectExact(it)
  })

  it('chat with tools', async () => {
    const it = await worker()
    const completion = await it.openai.chat.completions.create(
      ask({
        tool_choice: 'required',
        tools: [
          {
            type: 'function',
            function: {
              name: 'find_orders',
              parameters: { type: 'object', properties: { day: { type: 'string' } } },
            },
          },
        ],
      }),
    )
    expect(completion.choices[0]?.message.tool_calls?.[0]).toMatchObject({
      function: { name: 'find_orders' },
    })
    await expectExact(it)
  })

  it('a stream, to its last event', async () => {
    const it = await worker()
    const stream = await it.openai.chat.completions.create(ask({ stream: true as const }))
    expect(await textOf(stream)).toBe(it.provider.requests[0]!.texts[0])
    await expectExact(it)
  })

  const forms: Record<string, Behaviour> = {
    'byte by byte': { cut: 1, multibyte: true },
    'in prime pieces with CRLF and comments': { cut: 7, sse: { lineEnd: '\r\n', comments: true } },
    'without [DONE]': { sse: { done: false } },
    'usage on the finish chunk': { usage: 'with-finish' },
    compressed: { gzip: true },
  }
  it.each(Object.entries(forms))('a stream %s', async (_, behaviour) => {
    const it = await worker()
    it.provider.next(behaviour)
    const stream = await it.openai.chat.completions.create(ask({ stream: true as const }))
    expect(await textOf(stream)).toBe(it.provider.requests[0]!.texts[0])
    await expectExact(it)
  })

  it('embeddings', async () => {
    const it = await worker()
    const { data } = await it.openai.embeddings.create({
      model: 'text-embedding-3-small',
      input: ['one', 'two three'],
    })
    expect(data).toHaveLength(2)
    await expectExact(it)
  })

  it('a compressed JSON answer', async () => {
    const it = await worker()
    it.provider.next({ gzip: true })
    await it.openai.chat.completions.create(ask())
    await expectExact(it)
  })

  it('tells its cost and what is left', async () => {
    const it = await worker()
    const { response } = await it.openai.chat.completions.create(ask()).withResponse()
    const { spent } = await it.books()
    expect(response.headers.get('x-tollgate-cost-usd')).toBe((spent / 1e9).toFixed(9))
    expect(response.headers.get('x-tollgate-budget-reset')).toMatch(/T00:00:00.000Z$/)
    expect(response.url).toBe(`${it.provider.url}/chat/completions`)
  })

  it('charges an answer whose usage never comes for what is counted, and never less', async () => {
    const it = await worker()
    it.provider.next({ usage: 'never' }, { usage: 'never' })
    await it.openai.chat.completions.create(ask())
    await textOf(await it.openai.chat.completions.create(ask({ stream: true as const })))
    expect(await expectBounded(it)).toBeLessThan(200_000)
  })
})

describe('what is sent', () => {
  it('carries the cap that the grant pays for, and the request for usage', async () => {
    const it = await worker({ budgets: [{ limit_usd: '0.10', period: 'daily' }] })
    const { data, response } = await it.openai.chat.completions
      .create(ask({ stream: true as const }))
      .withResponse()
    await textOf(data)
    const { body } = it.provider.requests[0]!
    expect(body).toMatchObject({ stream_options: { include_usage: true } })
    expect(String((body as { max_completion_tokens?: number }).max_completion_tokens)).toBe(
      response.headers.get('x-tollgate-max-tokens'),
    )
    await expectExact(it)
  })

  it('is untouched where nothing has to change, and so is its answer', async () => {
    const it = await worker()
    const body =
      '{ "model":"gpt-4o",  "max_tokens":9, "messages":[{"role":"user","content":"1.0"}], "seed":1.0 }'
    const headers = {
      authorization: `Bearer ${PROVIDER_KEY}`,
      'content-type': 'application/json',
      'x-own': 'yes',
    }
    const request = new Request(`${it.provider.url}/chat/completions`, { method: 'post', headers, body })
    const answer = await it.fetch(request)
    expect(it.provider.requests[0]).toMatchObject({ headers: { 'x-own': 'yes' }, rawBody: Buffer.from(body) })
    expect(await answer.json()).toMatchObject({ object: 'chat.completion', usage: { completion_tokens: 9 } })
    await expectExact(it)
  })

  it('keeps the usage chunk from a reader who did not ask, and hands it to one who did', async () => {
    const it = await worker()
    const raw = async (extra: object) => {
      const answer = await it.openai.chat.completions
        .create(ask({ stream: true as const, ...extra }))
        .asResponse()
      return answer.text()
    }
    expect(await raw({})).not.toContain('prompt_tokens')
    expect((await raw({ stream_options: { include_usage: true } })).match(/"prompt_tokens"/g)).toHaveLength(1)
    await expectExact(it)
  })

  it('is nothing for a GET: models are listed as ever', async () => {
    const it = await worker({ budgets: [{ limit_usd: '0', period: 'daily' }] })
    expect((await it.openai.models.list()).data.length).toBeGreaterThan(0)
    expect(await it.books()).toEqual({ spent: 0, reserved: 0, unconfirmed: 0 })
  })
})

describe('an endpoint that has no price', () => {
  it('is refused under a hard budget, and never sent', async () => {
    const it = await worker()
    const call = it.openai.fineTuning.jobs.create({ model: 'gpt-4o-mini', training_file: 'file-of-tolls' })
    await expect(call).rejects.toMatchObject({ status: 400, code: 'price_unknown' })
    await expect(call).rejects.toBeInstanceOf(BadRequestError)
    expect(it.provider.requests).toHaveLength(0)
    expect(await it.books()).toEqual({ spent: 0, reserved: 0, unconfirmed: 0 })
  })

  it('is no way around a budget by another spelling of the path', async () => {
    const it = await worker()
    for (const path of [
      '/chat/completions/',
      '/Chat/Completions',
      '/chat%2Fcompletions',
      '/responses/compact',
    ]) {
      const answer = await it.fetch(it.provider.url + path, { method: 'POST', body: JSON.stringify(ask()) })
      expect([path, answer.status]).toEqual([path, 400])
    }
    expect(it.provider.requests).toHaveLength(0)
  })

  it('passes where only requests are counted, as one of them', async () => {
    const it = await worker({ budgets: [{ limit_requests: 1, period: 'daily' }] })
    const send = () => it.fetch(`${it.provider.url}/fine_tuning/jobs`, { method: 'POST', body: '{}' })
    await send()
    expect(it.provider.requests).toHaveLength(1)
    expect((await send()).status).toBe(429)
    expect(it.provider.requests).toHaveLength(1)
  })
})

describe('a refusal', () => {
  const flat = (maxTokens: number, answerTokens = maxTokens) =>
    ask({ model: 'flat', max_tokens: maxTokens, metadata: { answer_tokens: String(answerTokens) } })

  it('is a RateLimitError that is not retried, and says why', async () => {
    const it = await worker({ budgets: [{ limit_usd: '0.10', period: 'daily' }] })
    let sent = 0
    const counted = new OpenAI({
      baseURL: it.provider.url,
      apiKey: PROVIDER_KEY,
      maxRetries: 5,
      fetch: (...call) => {
        sent += 1
        return it.fetch(...call)
      },
    })
    await counted.chat.completions.create(flat(1000))
    const refusal = await counted.chat.completions.create(flat(1000)).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(RateLimitError)
    const { status, code, type, message, requestID, headers } = refusal as InstanceType<typeof RateLimitError>
    expect({ status, code, type }).toEqual({
      status: 429,
      code: 'budget_exceeded',
      type: 'insufficient_quota',
    })
    expect(message).toMatch(
      /Tollgate: team reports has used up its daily budget\. .* Ask your administrator\./,
    )
    expect(message).toContain(`Ref ${requestID}.`)
    expect(headers.get('x-should-retry')).toBe('false')
    expect(sent).toBe(2)
    expect(it.provider.requests).toHaveLength(1)
    await expectExact(it)
  })

  it('that a running call causes is retried by the SDK, and succeeds', async () => {
    const it = await worker({ budgets: [{ limit_usd: '0.10', period: 'daily' }] })
    const hold = gate()
    it.provider.next({ hold })
    const first = it.openai.chat.completions.create(flat(1000, 100))
    await it.provider.waitFor(({ requests }) => requests.length === 1)
    const refusals: unknown[] = []
    const patient = new OpenAI({
      baseURL: it.provider.url,
      apiKey: PROVIDER_KEY,
      fetch: async (...call) => {
        const answer = await it.fetch(...call)
        if (answer.ok) return answer
        const body = await answer.text()
        refusals.push([answer.headers.get('x-should-retry'), JSON.parse(body)])
        hold.open()
        await first
        return new Response(body, answer)
      },
    })
    await patient.chat.completions.create(flat(500))
    expect(refusals).toMatchObject([['true', { error: { code: 'budget_reserved' } }]])
    expect((await it.books()).spent).toBe(60_000_000)
  })

  it('comes after waitMs have been waited for running calls to settle', async () => {
    const it = await worker({ budgets: [{ limit_usd: '0.10', period: 'daily' }], govern: { waitMs: 30_000 } })
    const hold = gate()
    it.provider.next({ hold })
    const first = it.openai.chat.completions.create(flat(1000, 100))
    await it.provider.waitFor(({ requests }) => requests.length === 1)
    const second = it.openai.chat.completions.create(flat(500), { maxRetries: 0 })
    hold.open()
    await Promise.all([first, second])
    await expectExact(it)
  })

  it('is only reported when observing', async () => {
    const it = await worker({
      budgets: [{ limit_usd: '0.01', period: 'daily' }],
      govern: { mode: 'observe' },
    })
    const { response } = await it.openai.chat.completions.create(flat(1000)).withResponse()
    expect(response.headers.get('x-tollgate-would-refuse')).toBe('budget_exceeded')
    await expectExact(it)
  })

  it('of a call that is none: 400, nothing sent, nothing spent', async () => {
    const it = await worker()
    const send = (body: string, headers = {}) =>
      it.fetch(`${it.provider.url}/chat/completions`, { method: 'POST', body, headers })
    const twice = `{"model":"gpt-4o","model":"gpt-4o-mini","messages":[{"role":"user","content":"x"}]}`
    for (const body of ['', '{', '[]', '{"model":"gpt-4o"}', twice])
      expect((await send(body)).status).toBe(400)
    expect((await send('x', { 'content-encoding': 'gzip' })).status).toBe(415)
    expect(it.provider.requests).toHaveLength(0)
    expect(await it.books()).toEqual({ spent: 0, reserved: 0, unconfirmed: 0 })
  })

  it('of books that do not answer: 503, and nothing is sent', async () => {
    const it = await worker()
    const broken: Ledger = { ...it.ledger, reserve: () => Promise.reject(new Error('disk full')) }
    const fetch = governedFetch({ ledger: broken, principal: { team: 'reports' } })
    const answer = await fetch(`${it.provider.url}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify(ask()),
    })
    expect([answer.status, await answer.json()]).toMatchObject([
      503,
      { error: { code: 'ledger_unavailable' } },
    ])
    expect(it.provider.requests).toHaveLength(0)
  })
})

describe('parallel calls on one budget', () => {
  it('a thousand: exactly the ten that $1 pays for, 990 refused', async () => {
    const it = await worker({ budgets: [{ limit_usd: '1.00', period: 'daily' }] })
    const body = JSON.stringify(ask({ model: 'flat', max_tokens: 1000, metadata: { answer_tokens: '1000' } }))
    const headers = { authorization: `Bearer ${PROVIDER_KEY}` }
    const statuses = await Promise.all(
      Array.from({ length: 1000 }, async () => {
        const answer = await it.fetch(`${it.provider.url}/chat/completions`, {
          method: 'POST',
          body,
          headers,
        })
        await answer.text()
        return answer.status
      }),
    )
    expect(statuses.filter((status) => status === 200)).toHaveLength(10)
    expect(statuses.filter((status) => status === 429)).toHaveLength(990)
    expect(it.provider.totals()).toMatchObject({ reached: 10, nanoUsd: 1_000_000_000 })
    await expectExact(it)
  })

  it('of several workers with one ledger', async () => {
    const it = await worker({ budgets: [{ limit_usd: '1.00', period: 'daily' }] })
    const prices = priceBook({ overrides: { flat: FLAT } })
    const call = ask({ model: 'flat', max_tokens: 1000, metadata: { answer_tokens: '500' } })
    const results = await Promise.allSettled(
      ['ada', 'bob', 'eve'].flatMap((user) => {
        const fetch = governedFetch({ ledger: it.ledger, principal: { team: 'reports', user }, prices })
        const openai = new OpenAI({ baseURL: it.provider.url, apiKey: PROVIDER_KEY, fetch, maxRetries: 0 })
        return Array.from({ length: 10 }, () => openai.chat.completions.create(call))
      }),
    )
    const served = results.filter(({ status }) => status === 'fulfilled').length
    expect(served).toBeGreaterThanOrEqual(10)
    expect((await it.books()).spent).toBe(served * 50_000_000)
    await expectExact(it)
  })
})

describe('a caller that leaves', () => {
  it.each([1, 50, 99])('a stream after %i chunks is charged for what was generated', async (chunks) => {
    const it = await worker()
    const until = gate()
    it.provider.next({ pause: { afterChunks: chunks, until } })
    const stream = await it.openai.chat.completions.create(ask({ stream: true as const }))
    await it.provider.waitFor(({ requests }) => requests[0]!.chunksSent >= chunks)
    for await (const _ of stream) break
    await it.provider.waitFor(({ requests }) => requests[0]!.outcome === 'aborted')
    until.open()
    expect(await expectBounded(it)).toBeLessThan(20_000_000)
  })

  it('and reads no more: an abort alone ends the call', async () => {
    const it = await worker()
    const until = gate()
    it.provider.next({ pause: { afterChunks: 3, until } })
    const controller = new AbortController()
    const stream = await it.openai.chat.completions.create(ask({ stream: true as const }), {
      signal: controller.signal,
    })
    const chunks = stream[Symbol.asyncIterator]()
    await chunks.next()
    controller.abort()
    await it.provider.waitFor(({ requests }) => requests[0]!.outcome === 'aborted')
    until.open()
    await expectBounded(it)
  })

  it('and cancels the body', async () => {
    const it = await worker()
    const until = gate()
    it.provider.next({ pause: { afterChunks: 3, until } })
    const answer = await it.openai.chat.completions.create(ask({ stream: true as const })).asResponse()
    const reader = answer.body!.getReader()
    await reader.read()
    await reader.cancel()
    expect((await it.books()).reserved).toBe(0)
    await it.provider.waitFor(({ requests }) => requests[0]!.outcome === 'aborted')
    until.open()
    await expectBounded(it)
  })

  it.each([true, false])('before the head of the answer, stream: %s', async (stream) => {
    const it = await worker()
    const hold = gate()
    it.provider.next({ hold })
    const controller = new AbortController()
    const call = it.openai.chat.completions.create(ask({ stream, max_tokens: 200 }), {
      signal: controller.signal,
    })
    await it.provider.waitFor(({ requests }) => requests.length === 1)
    controller.abort()
    await expect(call).rejects.toBeInstanceOf(APIUserAbortError)
    hold.open()
    await expectBounded(it)
    expect((await it.books()).spent).toBeGreaterThan(0)
  })

  it('while it waits for its turn: nothing is sent, and nothing held', async () => {
    const it = await worker({ budgets: [{ limit_usd: '0.10', period: 'daily' }], govern: { waitMs: 30_000 } })
    const flat = ask({ model: 'flat', max_tokens: 1000, metadata: { answer_tokens: '10' } })
    const hold = gate()
    it.provider.next({ hold })
    const first = it.openai.chat.completions.create(flat)
    await it.provider.waitFor(({ requests }) => requests.length === 1)
    const controller = new AbortController()
    const second = it.fetch(`${it.provider.url}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify(flat),
      signal: controller.signal,
    })
    controller.abort(new Error('the job was withdrawn'))
    await expect(second).rejects.toThrow('the job was withdrawn')
    hold.open()
    await first
    expect(it.provider.requests).toHaveLength(1)
    await expectExact(it)
  })

  it('before it has begun', async () => {
    const it = await worker()
    const signal = AbortSignal.abort()
    const call = it.fetch(`${it.provider.url}/chat/completions`, { method: 'POST', body: '{}', signal })
    await expect(call).rejects.toThrow('aborted')
    expect(it.provider.requests).toHaveLength(0)
  })
})

describe('a provider that fails', () => {
  it.each([0, 1, 50])(
    'a stream that dies after %i chunks raises, and is charged for what came',
    async (chunks) => {
      const it = await worker()
      it.provider.next(dieAfter(chunks))
      const stream = await it.openai.chat.completions.create(ask({ stream: true as const }))
      await expect(textOf(stream)).rejects.toThrow()
      expect((await it.books()).reserved).toBe(0)
      expect(await expectBounded(it)).toBeLessThan(20_000_000)
    },
  )

  it('a stream that merely stops is charged for what came', async () => {
    const it = await worker()
    it.provider.next(truncateAfter(20))
    const answer = await it.openai.chat.completions.create(ask({ stream: true as const })).asResponse()
    await answer.text()
    await expectBounded(it)
  })

  it('a JSON answer that breaks off is charged as one that may have been whole', async () => {
    const it = await worker()
    it.provider.next(dieAfter(1))
    const call = it.openai.chat.completions.create(ask({ max_tokens: 200 }), { maxRetries: 0 })
    await expect(call).rejects.toBeInstanceOf(APIConnectionError)
    await expectBounded(it)
  })

  it('a reset before the head is charged as sent', async () => {
    const it = await worker()
    it.provider.next(resetBeforeHead)
    await expect(
      it.openai.chat.completions.create(ask({ max_tokens: 200 }), { maxRetries: 0 }),
    ).rejects.toThrow()
    await expectBounded(it)
    expect((await it.books()).spent).toBeGreaterThan(0)
  })

  it('an error status costs nothing, and is retried as ever', async () => {
    const it = await worker()
    it.provider.next(serverError)
    await it.openai.chat.completions.create(ask())
    expect(it.provider.requests).toHaveLength(2)
    await expectExact(it)
  })

  it('one that cannot be reached costs nothing', async () => {
    const it = await worker()
    await it.provider.close()
    await expect(it.openai.chat.completions.create(ask(), { maxRetries: 0 })).rejects.toBeInstanceOf(
      APIConnectionError,
    )
    expect(await it.books()).toEqual({ spent: 0, reserved: 0, unconfirmed: 0 })
  })
})

describe('assembly', () => {
  it('refuses a principal that is nobody', () => {
    const ledger = memoryLedger()
    closeAfter(() => ledger.close())
    expect(() => governedFetch({ ledger, principal: { user: undefined } })).toThrow(RangeError)
    expect(() => governedFetch({ ledger, principal: { user: '' } })).toThrow('no id')
  })
})
