import { expect, it } from 'vitest'
import { forecastOf, shortUntil } from './forecast.ts'

const NOW = Date.parse('2026-11-21T12:00:00Z')
const DAY_MS = 24 * 3_600_000

/** Until when a call of 1,000 tokens is not sent, ms from now; undefined where it is. */
function shutFor(headers: Record<string, string>, needed = 1_000): number | undefined {
  const forecast = forecastOf(headers, NOW)
  const untilMs = forecast && shortUntil(forecast, needed, NOW)
  return untilMs === undefined ? undefined : untilMs - NOW
}

const openai = (requests: [string, string], tokens: [string, string]) => ({
  'x-ratelimit-remaining-requests': requests[0],
  'x-ratelimit-reset-requests': requests[1],
  'x-ratelimit-remaining-tokens': tokens[0],
  'x-ratelimit-reset-tokens': tokens[1],
})

it('whichever runs short says until when, and not the other', () => {
  expect(shutFor(openai(['5', '6m0s'], ['999', '250ms']))).toBe(250)
  expect(shutFor(openai(['0', '6m0s'], ['5000', '250ms']))).toBe(360_000)
  expect(shutFor(openai(['0', '1s'], ['0', '2s']))).toBe(2_000)
  expect(shutFor(openai(['1', '6m0s'], ['1000', '6m0s']))).toBeUndefined()
})

it.each([
  ['7', 7_000],
  ['0.5', 500],
  ['1h2m3.5s', 3_723_500],
  ['12.4ms', 12.4],
  ['2026-11-21T12:00:30Z', 30_000],
  [String(NOW / 1_000 + 60), 60_000],
  [String(NOW + 90_000), 90_000],
])('a reset is a span, a moment or a date: %s', (reset, ms) => {
  expect(shutFor(openai(['0', reset], ['5000', '1s']))).toBeCloseTo(ms, 3)
})

it.each(['99999h', '999999999', '9999-12-31T00:00:00Z'])(
  'nobody is shut for more than a day: %s',
  (reset) => {
    expect(shutFor(openai(['0', reset], ['5000', '1s']))).toBe(DAY_MS)
  },
)

it.each(['', 'soon', '-5', '2020-01-01T00:00:00Z'])(
  'a reset that says nothing shuts nobody: "%s"',
  (reset) => {
    expect(shutFor(openai(['0', reset], ['5000', '1s']))).toBeUndefined()
  },
)

it.each(['-1', '1e3', '', 'NaN', '99999999999999999'])('a count that is none shuts nobody: "%s"', (left) => {
  expect(shutFor(openai([left, '1s'], [left, '1s']))).toBeUndefined()
})

it('Anthropic’s own headers', () => {
  const tokens = {
    'anthropic-ratelimit-tokens-remaining': '0',
    'anthropic-ratelimit-tokens-reset': '2026-11-21T12:01:00Z',
  }
  expect(shutFor(tokens)).toBe(60_000)
  expect(shutFor({})).toBeUndefined()
})
