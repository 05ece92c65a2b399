import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assemble } from '../support/assembly.ts'

/** Input is free, and 1,000 output tokens cost $0.10: the worst case of a call is what its cap says. */
const prices = { flat: { input: '0', output: '100' } }
const ask = (maxTokens: number, answerTokens = maxTokens) => ({
  model: 'flat',
  messages: [{ role: 'user', content: 'go' }],
  max_tokens: maxTokens,
  metadata: { answer_tokens: String(answerTokens) },
})

describe('a thousand parallel calls on one budget', () => {
  it('serves exactly the ten that $1 pays for, and refuses 990 with 429', async () => {
    const { post, provider, books, atRest } = await assemble({
      budgets: [{ limit_usd: '1.00', period: 'daily' }],
      prices,
    })
    const answers = await Promise.all(
      Array.from({ length: 1000 }, async () => {
        const answer = await post('/chat/completions', ask(1000))
        return { status: answer.status, body: (await answer.json()) as { error?: { code: string } } }
      }),
    )
    await atRest()
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(990)
    for (const { status, body } of answers) {
      if (status === 429) expect(['budget_exceeded', 'budget_reserved']).toContain(body.error?.code)
    }
    expect(provider.totals()).toMatchObject({ reached: 10, nanoUsd: 1_000_000_000 })
    expect(await books()).toMatchObject({ spent: 1_000_000_000, reserved: 0, unconfirmed: 0 })
  })

  it('never passes the limit with random costs, and books what the provider counts', async () => {
    const call = fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 3000 }))
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 60, maxLength: 60 }), async (calls) => {
        const { post, provider, books, atRest } = await assemble({
          budgets: [{ limit_usd: '1.00', period: 'daily' }],
          prices,
        })
        await Promise.all(
          calls.map(async ([cap, length]) => (await post('/chat/completions', ask(cap, length))).text()),
        )
        await atRest()
        const { nanoUsd } = provider.totals()
        expect(nanoUsd).toBeLessThanOrEqual(1_000_000_000)
        expect((await books()).spent).toBe(nanoUsd)
      }),
      { numRuns: 8 },
    )
  })
})
