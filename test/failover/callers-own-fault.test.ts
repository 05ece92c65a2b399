import { beforeAll, describe, expect, it } from 'vitest'
import { failingFirst, refuses } from './failing-first.ts'
import { loadVocabulary } from './three-providers.ts'

beforeAll(loadVocabulary, 60_000)

describe('the caller’s own fault', () => {
  const own: [string, string, object][] = [
    ['400', '400 Bad Request', { message: 'Missing messages.', param: 'messages' }],
    ['413', '413 Payload Too Large', { message: 'Too large.' }],
    ['422', '422 Unprocessable Entity', { message: 'Not that.' }],
    [
      'a context window that no larger model is known for',
      '400 Bad Request',
      { code: 'context_length_exceeded' },
    ],
  ]
  it.each(own)(
    '%s: its provider’s own answer, byte for byte, at once and for nothing',
    async (_, status, body) => {
      const bench = await failingFirst()
      bench.raw.next(refuses(status, body))
      const answer = await bench.ask()
      expect(answer.status).toBe(Number(status.slice(0, 3)))
      expect(await answer.text()).toBe(JSON.stringify({ error: body }))
      expect(await bench.attempts()).toMatchObject([{ provider: 'a', outcome: 'answered' }])
      expect(bench.b.requests).toHaveLength(0)
      expect(await bench.books()).toBe(0)
      expect(bench.health.read(Date.now())[0]).toMatchObject({ breaker: 'closed', closure: undefined })
    },
  )

  it('is told even when those who might have mended it fail otherwise', async () => {
    const bench = await failingFirst()
    bench.raw.next(refuses('400 Bad Request', { message: 'No.', code: 'content_filter' }))
    bench.b.next({ refusal: { status: 500, message: 'Oh.' } })
    const answer = await bench.ask()
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { code: 'content_filter' } })
    expect(await bench.books()).toBe(0)
  })
})
