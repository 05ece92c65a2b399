import { describe, expect, it } from 'vitest'
import { messages, PATIENCE } from '../support/handlers.ts'
import { answerJson, behindGateway, completion, PLAIN } from '../support/upstream.ts'

describe('caps', () => {
  it.each([
    ['max_completion_tokens', 'max_tokens'],
    ['max_tokens', 'max_completion_tokens'],
  ])('what a budget near its limit leaves is written into %s, when %s is null', async (filled, empty) => {
    let sent: Record<string, unknown> = {}
    const { post, books, atRest } = await behindGateway(
      (res, body) => {
        sent = body
        answerJson(res, completion({ prompt_tokens: 10, completion_tokens: body[filled] }))
      },
      { budgets: [{ limit_usd: '0.01', period: 'daily' }], reserve: { nearLimit: 'cap' } },
    )
    const answer = await post('/chat/completions', {
      model: 'flat',
      messages,
      [empty]: null,
      [filled]: 10_000,
    })
    expect(answer.status).toBe(200)
    expect(sent[filled]).toBeLessThan(100)
    expect(sent[empty] ?? null).toBeNull()
    await atRest()
    expect((await books()).spent).toBeLessThanOrEqual(10_000_000)
  })

  it('a provider that ignores its cap and tells no usage is not estimated above the tokens that were reserved', async () => {
    const { post, ledger, key } = await behindGateway(
      (res) => answerJson(res, completion(undefined, 'toll '.repeat(2_000))),
      { budgets: [{ limit_tokens: 1_000, period: 'daily' }], billing: 'none' },
    )
    expect((await post('/chat/completions', { model: PLAIN, messages, max_tokens: 100 })).status).toBe(200)
    const tokens = async () => (await ledger.read(key.org, [key.account]))[0]!.budgets[0]!
    await expect.poll(tokens, PATIENCE).toMatchObject({ reserved: 0 })
    const { spent } = await tokens()
    expect(spent).toBeGreaterThanOrEqual(100)
    expect(spent).toBeLessThanOrEqual(1_000)
  })
})
