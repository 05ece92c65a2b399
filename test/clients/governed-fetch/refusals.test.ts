import { governedFetch } from '@tollgate/kit/client'
import type { Ledger } from '@tollgate/kit/ledger'
import { priceBook } from '@tollgate/kit/meter'
import { gate } from '@tollgate/testing'
import OpenAI, { RateLimitError } from 'openai'
import { describe, expect, it } from 'vitest'
import { ask, expectExact, FLAT, PROVIDER_KEY, worker } from './worker.ts'

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
      /Tollgate: this request may cost more than is left of the daily budget of team reports\. .* Ask your administrator\./,
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
