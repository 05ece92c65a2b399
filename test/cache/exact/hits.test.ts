import { memoryLimits } from '@tollgate/kit/limits'
import { rateLimit } from '@tollgate/kit/stages/rate-limit'
import { memoryLedger } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { cached, QUESTION, said } from './assembled.ts'

describe('a request that was answered before', () => {
  it('gets the same message again, without its provider, and costs nothing', async () => {
    const gateway = await cached()
    const first = await gateway.ask()
    expect([first.status, first.cache]).toEqual([200, 'miss'])
    await gateway.atRest()
    const before = await gateway.books()

    const again = await gateway.ask()
    expect([again.status, again.cache]).toEqual([200, 'hit'])
    expect(said(again.text)).toEqual(said(first.text))
    expect(JSON.parse(again.text).id).not.toBe(JSON.parse(first.text).id)
    expect(gateway.provider.totals().requests).toBe(1)
    expect(await gateway.books()).toEqual(before)
    expect(before.spent).toBe(gateway.provider.totals().nanoUsd)
    expect(again.headers.get('x-tollgate-cost-usd')).toBe('0.000000000')
    expect(again.headers.get('x-tollgate-saved-usd')).toBe(first.headers.get('x-tollgate-cost-usd'))
    expect(again.headers.get('cache-status')).toMatch(/^tollgate; hit; ttl=\d{4}; detail=exact$/)
    expect(Number(again.headers.get('age'))).toBeLessThan(30)
  })

  it('streams what came whole, and gets whole what came as a stream', async () => {
    const gateway = await cached()
    const whole = await gateway.ask()
    const streamed = await gateway.ask({ stream: true, stream_options: { include_usage: true } })
    expect(streamed.cache).toBe('hit')
    const chunks = streamed.text
      .split('\n\n')
      .filter((event) => event.startsWith('data: {'))
      .map((event) => JSON.parse(event.slice(6)))
    const text = chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')
    const { choices, usage } = JSON.parse(whole.text)
    expect(text).toBe(choices[0].message.content)
    expect(chunks.at(-1).usage).toMatchObject({ total_tokens: usage.total_tokens })
    expect(chunks.length).toBeGreaterThan(4)
    expect(streamed.text.endsWith('data: [DONE]\n\n')).toBe(true)

    const other = { messages: [{ role: 'user', content: 'And how much is it?' }] }
    const first = await gateway.ask({ ...other, stream: true })
    expect(first.cache).toBe('miss')
    const again = await gateway.ask(other)
    expect(again.cache).toBe('hit')
    expect(JSON.parse(again.text).usage.total_tokens).toBeGreaterThan(0)
    expect(gateway.provider.totals().requests).toBe(2)
  })

  it('still counts on how fast its caller may go', async () => {
    const limits = memoryLimits()
    const gateway = await cached({ between: [rateLimit({ limits, rates: { key: { rpm: 2 } } })] })
    const answers = [await gateway.ask(), await gateway.ask(), await gateway.ask()]
    expect(answers.map(({ status, cache }) => [status, cache])).toEqual([
      [200, 'miss'],
      [200, 'hit'],
      [429, null],
    ])
    expect(gateway.provider.totals().requests).toBe(1)
  })

  it('is not served where a price of hits does not fit its budget', async () => {
    const ledger = memoryLedger()
    const gateway = await cached({
      ledger,
      budgets: [{ limit_usd: '1', period: 'daily' }],
      cache: { hitPrice: { usd: '0.6', ledger } },
    })
    await gateway.ask()
    const answers = [await gateway.ask(), await gateway.ask()]
    expect(answers.map(({ status, cache }) => [status, cache])).toEqual([
      [200, 'hit'],
      [429, null],
    ])
    await gateway.atRest()
    expect((await gateway.books()).spent).toBe(600_000_000 + gateway.provider.totals().nanoUsd)
  })

  it('is another one in anything that its answer may depend on', async () => {
    const gateway = await cached()
    await gateway.ask()
    for (const more of [
      { temperature: 0.1 },
      { seed: 1 },
      { max_tokens: 50 },
      { some_new_field: true },
      { messages: [{ role: 'system', content: 'Be brief.' }, ...QUESTION.messages] },
      { model: 'gpt-4o' },
    ])
      expect([more, (await gateway.ask(more)).cache]).toEqual([more, 'miss'])
    for (const more of [{ user: 'ada' }, { metadata: { a: 'b' } }, { stream: false }])
      expect([more, (await gateway.ask(more)).cache]).toEqual([more, 'hit'])
  })
})
