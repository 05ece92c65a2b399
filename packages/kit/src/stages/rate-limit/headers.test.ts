import { describe, expect, it } from 'vitest'
import type { LimitStanding } from '../../limits/limits.ts'
import { goDuration, limitHeaders } from './headers.ts'

const standing = (over: Partial<LimitStanding>): LimitStanding => ({
  subject: 'key:ci',
  metric: 'requests',
  limit: 60,
  remaining: 12,
  resetMs: 29_100,
  ...over,
})

describe('headers', () => {
  it('say the same twice: as the draft does, and as OpenAI does', () => {
    const tokens = standing({ metric: 'tokens', limit: 200_000, remaining: 150_500, resetMs: 14_850 })
    const slots = standing({ metric: 'concurrency', limit: 20, remaining: 3, resetMs: 0 })
    expect(limitHeaders([standing({}), tokens, slots])).toEqual({
      'ratelimit-policy': '"rpm";q=60;w=60, "tpm";q=200000;w=60, "concurrency";q=20;qu="concurrent-requests"',
      ratelimit: '"rpm";r=12;t=30, "tpm";r=150500;t=15, "concurrency";r=3',
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '12',
      'x-ratelimit-reset-requests': '29.1s',
      'x-ratelimit-limit-tokens': '200000',
      'x-ratelimit-remaining-tokens': '150500',
      'x-ratelimit-reset-tokens': '14.85s',
    })
  })

  it('tell of several limits the one that has the least left', () => {
    const team = standing({ subject: 'team:red', limit: 600, remaining: 4 })
    expect(limitHeaders([standing({}), team])).toMatchObject({ ratelimit: '"rpm";r=4;t=30' })
  })

  it('are absent where nothing is limited', () => {
    expect(limitHeaders([])).toEqual({})
  })
})

it.each([
  [0, '0s'],
  [12, '12ms'],
  [1_000, '1s'],
  [6_500, '6.5s'],
  [59_999, '59.999s'],
  [60_000, '1m0s'],
  [3_661_001, '1h1m1.001s'],
])('writes %i ms as Go does', (ms, text) => {
  expect(goDuration(ms)).toBe(text)
})
