import {
  type Behaviour,
  contextLengthExceeded,
  dieAfter,
  errorAfter,
  overloaded,
  rateLimited,
  resetBeforeHead,
  serverError,
  truncateAfter,
} from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { assemble } from '../support/assembly.ts'

/** Every way that a call can end, in turn. */
const endings: readonly (Behaviour | 'leave-early' | 'leave-late')[] = [
  {},
  rateLimited(),
  serverError,
  overloaded,
  contextLengthExceeded,
  resetBeforeHead,
  dieAfter(1),
  dieAfter(10),
  truncateAfter(5),
  errorAfter(5),
  { usage: 'never' },
  { gzip: true },
  'leave-early',
  'leave-late',
]

/** @see PAINS P4: LiteLLM #27639, #30460, #36592, TensorZero: reservations that nobody gives back. */
describe('P4: no ending leaves money held', () => {
  it.each([true, false])('after hundreds of endings of every kind, with stream %s', async (stream) => {
    let turn = 0
    const gateway = await assemble({
      budgets: [{ limit_usd: '1000.00', period: 'daily' }],
      provider: {
        chunkIntervalMs: 0.2,
        behave: ({ body }) => {
          const ending = endings[Number((body as { user: string }).user) % endings.length]!
          return typeof ending === 'string' ? {} : ending
        },
      },
    })
    const one = async () => {
      const mine = turn++
      const ending = endings[mine % endings.length]!
      const controller = new AbortController()
      try {
        const answering = gateway.post(
          '/chat/completions',
          {
            model: 'gpt-4o',
            stream,
            user: String(mine),
            max_tokens: 200,
            messages: [{ role: 'user', content: 'How do you end?' }],
          },
          { signal: controller.signal },
        )
        if (ending === 'leave-early') {
          await gateway.provider.waitFor(({ requests }) =>
            requests.some(({ body }) => (body as { user?: string } | undefined)?.user === String(mine)),
          )
          controller.abort()
        }
        const answer = await answering
        if (ending === 'leave-late') {
          await answer.body?.getReader().read()
          controller.abort()
        } else await answer.text()
      } catch {
        // Its own abort, as ordered.
      }
    }
    for (let round = 0; round < 10; round += 1) await Promise.all(Array.from({ length: 42 }, one))
    await gateway.provider.waitFor(({ requests }) => requests.every(({ outcome }) => outcome !== 'open'))
    await gateway.atRest()
    const { spent, reserved, unconfirmed } = await gateway.books()
    expect({ reserved, unconfirmed }).toEqual({ reserved: 0, unconfirmed: 0 })
    expect(spent).toBeGreaterThanOrEqual(gateway.provider.totals().nanoUsd)
    expect(spent).toBeLessThan(1000_000_000_000)
  })
})
