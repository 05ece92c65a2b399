import { inspect } from 'node:util'
import { usage } from '@tollgate/kit'
import { describe, expect, it } from 'vitest'
import { messages, PATIENCE, UP_TO_NANO_USD, upTo } from '../support/handlers.ts'
import { existingService } from '../support/service.ts'
import {
  answerJson,
  behindGateway,
  completion,
  INPUT_NANO_USD,
  OUTPUT_NANO_USD,
  PLAIN,
} from '../support/upstream.ts'

const asking = { model: 'flat', messages, max_tokens: 1_000 }

describe('usage numbers of a provider', () => {
  it.each([
    [
      'lists it apart',
      103,
      {
        prompt_tokens: 32,
        completion_tokens: 9,
        total_tokens: 135,
        completion_tokens_details: { reasoning_tokens: 94 },
      },
    ],
    ['has it in the total only', 103, { prompt_tokens: 32, completion_tokens: 9, total_tokens: 135 }],
  ])('reasoning is charged as output when the provider %s', async (_, output, told) => {
    const { post, books, atRest } = await behindGateway((res) => answerJson(res, completion(told)))
    await (await post('/chat/completions', asking)).text()
    await atRest()
    expect((await books()).spent).toBe(32 * INPUT_NANO_USD + output * OUTPUT_NANO_USD)
  })

  it.each([
    ['negative', { prompt_tokens: -1, completion_tokens: -1 }],
    ['fractions', { prompt_tokens: 10.5, completion_tokens: 0.5 }],
    ['strings', { prompt_tokens: '10', completion_tokens: '1' }],
    ['null', { prompt_tokens: 10, completion_tokens: null }],
    ['huge', { prompt_tokens: 1e20, completion_tokens: 1e20 }],
    ['all zero', { prompt_tokens: 0, completion_tokens: 0 }],
    ['no object', 'NaN'],
  ])('that are %s are not believed: the text that came is counted', async (_, told) => {
    const { post, books, atRest } = await behindGateway((res) =>
      answerJson(res, completion(told, ' toll'.repeat(500))),
    )
    // A model that is known to hide nothing: what it shows is all that it generated.
    const answer = await post('/chat/completions', { ...asking, model: PLAIN })
    expect(answer.status).toBe(200)
    await answer.text()
    await atRest()
    const { spent } = await books()
    expect(spent).toBeGreaterThanOrEqual(500 * OUTPUT_NANO_USD)
    expect(spent).toBeLessThan(1_000 * OUTPUT_NANO_USD)
  })
})

describe('usage numbers of a handler', () => {
  const bad = [Number.NaN, -1, 1.5, '10', 1e20, Number.POSITIVE_INFINITY]
  const reports = [
    ...bad.map((n) => ({ usage: { prompt_tokens: n, completion_tokens: n } })),
    ...bad.map((n) => ({ inputTokens: n, outputTokens: n })),
    { usage: { prompt_tokens: 0, completion_tokens: 0 } },
    { usage: { prompt_tokens: 10, completion_tokens: null } },
  ]

  it.each(reports.map((report) => [inspect(report), report] as const))(
    '%s throws a RangeError, and the reservation is charged',
    async (_, report) => {
      let thrown: unknown
      const service = await existingService(
        upTo((req, res) => {
          try {
            // Plain JavaScript has no types that would keep this from being told.
            usage.add(req, { model: 'flat', ...report } as Parameters<typeof usage.add>[1])
          } catch (error) {
            thrown = error
          }
          res.json({})
        }),
      )
      await service.post('/work', {})
      expect(thrown).toBeInstanceOf(RangeError)
      await expect.poll(service.books, PATIENCE).toMatchObject({ spent: UP_TO_NANO_USD, reserved: 0 })
    },
  )
})
