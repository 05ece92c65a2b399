import { beforeAll, describe, expect, it } from 'vitest'
import { EVENTS, failingFirst, WORST } from './failing-first.ts'
import { begins, hangUp, type Misbehaviour, reset, silence } from './raw-provider.ts'
import { loadVocabulary } from './three-providers.ts'

beforeAll(loadVocabulary, 60_000)

describe('after the first byte: no other deployment, a well-formed end, and the right charge', () => {
  const event =
    'data: {"object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"hello"}}]}\n\n'
  const ends: [string, Misbehaviour, string, string][] = [
    ['a reset', begins(EVENTS, event, reset), 'broken', 'provider_error'],
    ['a hang-up', begins(EVENTS, event, hangUp), 'broken', 'provider_error'],
    ['silence', begins(EVENTS, event, silence), 'timeout', 'provider_timeout'],
  ]
  it.each(ends)('%s', async (_, behaviour, reason, code) => {
    const bench = await failingFirst({ silent: reason === 'timeout' })
    bench.raw.next(behaviour)
    const answer = await bench.ask({ stream: true })
    expect(answer.status).toBe(200)
    const text = await answer.text()
    expect(text.startsWith(event)).toBe(true)
    expect(text).toContain(`"code":"${code}"`)
    expect(await bench.attempts()).toMatchObject([{ provider: 'a', outcome: 'broken', reason }])
    expect(bench.b.requests).toHaveLength(0)
    const spent = await bench.books()
    expect(spent).toBeGreaterThan(0)
    expect(spent).toBeLessThanOrEqual(WORST.a)
    await bench.raw.closed()
    expect(bench.health.read(Date.now())[0]).toMatchObject({ breaker: 'open' })
  })
})
