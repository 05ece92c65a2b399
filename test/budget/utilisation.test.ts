import { describe, expect, it } from 'vitest'
import { assemble } from '../support/assembly.ts'

const CALLERS = 20
const LIMIT = 25_000_000_000

/** Output at $15 a million, what a dear model costs; a tool-using agent's input and cap. */
const prices = { agent: { input: '3', output: '15' } }

describe('near the limit', () => {
  it('20 parallel callers with 32k caps spend at least 95 % of $25, and no answer is shortened', async () => {
    const { post, provider, books, atRest } = await assemble({
      budgets: [{ limit_usd: '25.00', period: 'daily' }],
      prices,
      provider: { countInput: () => 60_000 },
    })
    let shortened = 0
    let answered = 0

    /** Ask until the budget is spent; while it is only reserved, ask again. */
    const caller = async (name: number) => {
      for (let turn = 0; ; turn += 1) {
        const answer = await post('/chat/completions', {
          model: 'agent',
          max_tokens: 32_000,
          messages: [{ role: 'user', content: `${name}.${turn} ${'context '.repeat(30_000)}` }],
          metadata: { answer_tokens: '500' },
        })
        const body = (await answer.json()) as {
          error?: { code: string }
          choices?: { finish_reason: string }[]
        }
        if (answer.status === 200) {
          answered += 1
          if (body.choices?.[0]?.finish_reason !== 'stop') shortened += 1
        } else if (body.error?.code === 'budget_exceeded') return
        else expect(body.error?.code).toBe('budget_reserved')
      }
    }
    await Promise.all(Array.from({ length: CALLERS }, (_, name) => caller(name)))
    await atRest()
    const { spent } = await books()
    expect(spent).toBe(provider.totals().nanoUsd)
    expect(spent).toBeLessThanOrEqual(LIMIT)
    expect(spent).toBeGreaterThanOrEqual(LIMIT * 0.95)
    expect(shortened).toBeLessThanOrEqual(answered * 0.02)
  })

  it('callers without a cap get one that the grant pays for, and spend it as well', async () => {
    const { post, provider, books, atRest } = await assemble({
      budgets: [{ limit_usd: '2.00', period: 'daily' }],
      prices,
    })
    let shortened = 0
    let answered = 0
    const caller = async () => {
      for (;;) {
        const answer = await post('/chat/completions', {
          model: 'agent',
          messages: [{ role: 'user', content: 'go on' }],
          metadata: { answer_tokens: '500' },
        })
        const body = (await answer.json()) as {
          error?: { code: string }
          choices?: { finish_reason: string }[]
        }
        if (answer.status === 200) {
          answered += 1
          expect(Number(answer.headers.get('x-tollgate-max-tokens'))).toBeGreaterThan(0)
          if (body.choices?.[0]?.finish_reason !== 'stop') shortened += 1
        } else if (body.error?.code === 'budget_exceeded') return
      }
    }
    await Promise.all(Array.from({ length: CALLERS }, caller))
    await atRest()
    const { spent } = await books()
    expect(spent).toBe(provider.totals().nanoUsd)
    expect(spent).toBeLessThanOrEqual(2_000_000_000)
    expect(spent).toBeGreaterThanOrEqual(2_000_000_000 * 0.95)
    expect(shortened).toBeLessThanOrEqual(Math.max(2, answered * 0.02))
  })
})

describe('a fresh install with one tiny budget', () => {
  it('blocks at the right request, with nothing else running', async () => {
    // 18 input and 10 output tokens of gpt-4o-mini cost $0.0000087; the cap of 10 bounds each call at once.
    const { post, provider, books } = await assemble({ budgets: [{ limit_usd: '0.0001', period: 'daily' }] })
    const statuses: number[] = []
    for (let turn = 0; turn < 20; turn += 1) {
      const answer = await post('/chat/completions', {
        model: 'gpt-4o-mini',
        max_tokens: 10,
        messages: [{ role: 'user', content: 'Say something short, please.' }],
        metadata: { answer_tokens: '10' },
      })
      statuses.push(answer.status)
      const body = (await answer.json()) as { error?: { code: string } }
      if (answer.status !== 200) expect(body.error?.code).toBe('budget_exceeded')
    }
    const served = statuses.filter((status) => status === 200).length
    expect(served).toBeGreaterThan(3)
    expect(statuses).toEqual([...Array(served).fill(200), ...Array(20 - served).fill(429)])
    const { spent } = await books()
    expect(spent).toBe(provider.totals().nanoUsd)
    expect(spent).toBeLessThanOrEqual(100_000)
    expect(provider.totals().requests).toBe(served)
  })

  it('a key of $0.01 can make a call of $0.0001', async () => {
    const { post } = await assemble({ budgets: [{ limit_usd: '0.01', period: 'daily' }] })
    const answer = await post('/chat/completions', {
      model: 'gpt-4o',
      messages: [{ role: 'user', content: 'Hi' }],
    })
    expect(answer.status).toBe(200)
  })
})
