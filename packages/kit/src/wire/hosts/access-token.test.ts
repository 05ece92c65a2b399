import { describe, expect, it } from 'vitest'
import { keptToken } from './access-token.ts'

/** A clock that is set, and answers that are given when the test says so. */
function tokens() {
  const clock = { ms: 0, now: () => clock.ms }
  const asked: { give(token: string, expiresAtMs: number): void; fail(): void }[] = []
  const token = keptToken(
    () =>
      new Promise((resolve, reject) => {
        asked.push({
          give: (token, expiresAtMs) => resolve({ token, expiresAtMs }),
          fail: () => reject(new Error('no token today')),
        })
      }),
    { aheadMs: 100, retryMs: 10, clock },
  )
  return { clock, asked, token }
}
const turn = () => new Promise(setImmediate)

describe('a token that is kept', () => {
  it('is asked for once, by all that wait for the first one', async () => {
    const { asked, token } = tokens()
    const waiting = [token(), token()]
    expect(asked).toHaveLength(1)
    asked[0]?.give('a', 1_000)
    expect(await Promise.all(waiting)).toEqual(['a', 'a'])
    expect(token()).toBe('a')
    expect(asked).toHaveLength(1)
  })

  it('is renewed ahead of its end, beside requests that do not wait', async () => {
    const { clock, asked, token } = tokens()
    const first = token()
    asked[0]?.give('a', 1_000)
    await first
    clock.ms = 950
    expect([token(), token()]).toEqual(['a', 'a'])
    expect(asked).toHaveLength(2)
    asked[1]?.give('b', 2_000)
    await turn()
    expect(token()).toBe('b')
  })

  it('is used to its end where it cannot be renewed, and asked for again no sooner than is decent', async () => {
    const { clock, asked, token } = tokens()
    const first = token()
    asked[0]?.give('a', 1_000)
    await first
    clock.ms = 950
    expect(token()).toBe('a')
    asked[1]?.fail()
    await turn()
    expect(token()).toBe('a')
    expect(asked).toHaveLength(2)
    clock.ms = 961
    expect(token()).toBe('a')
    expect(asked).toHaveLength(3)
    asked[2]?.fail()
    await turn()
    clock.ms = 1_000
    const last = token()
    asked[3]?.fail()
    await expect(last).rejects.toThrow('no token today')
  })
})
