import { expect, it } from 'vitest'
import { MAX_AMOUNT } from '../core/money.ts'
import { completePrices } from './given-prices.ts'
import { costOf, type Price } from './price.ts'

const USD_PER_MILLION = 1_000_000_000

/** Worked by hand against what OpenAI lists for GPT-4o: $2.50, cached $1.25, $10.00; audio of gpt-audio: $32, $64. */
const price: Price = {
  ...completePrices({
    input: 2.5 * USD_PER_MILLION,
    cachedInput: 1.25 * USD_PER_MILLION,
    cacheWrite: 3.125 * USD_PER_MILLION,
    audioInput: 32 * USD_PER_MILLION,
    output: 10 * USD_PER_MILLION,
    audioOutput: 64 * USD_PER_MILLION,
  }),
  tiers: [],
  source: 'listed',
  version: 'test',
}

it.each([
  ['18 in, 9 out', { input: 18, output: 9 }, 135_000],
  ['1,000 in of which 400 cached', { input: 600, cachedInput: 400, output: 0 }, 2_000_000],
  ['100 written to the cache', { input: 0, cacheWrite: 100, output: 0 }, 312_500],
  ['10 audio in, 20 audio out', { input: 0, audioInput: 10, output: 0, audioOutput: 20 }, 1_600_000],
  ['reasoning is part of the output', { input: 0, output: 100, reasoning: 90 }, 1_000_000],
  ['nothing', { input: 0, output: 0 }, 0],
])('%s', (_, usage, nanoUsd) => {
  expect(costOf(usage, price)).toBe(nanoUsd)
})

it('the sum is rounded up once, not each kind', () => {
  const third = { ...price, input: 300_000, output: 300_000 }
  expect(costOf({ input: 1, output: 1 }, third)).toBe(1)
  expect(costOf({ input: 2, output: 2 }, third)).toBe(2)
})

it('a request has a price of its own on top', () => {
  expect(costOf({ input: 0, output: 1 }, { ...price, perRequest: 5_000_000 })).toBe(5_010_000)
})

it('past a size the whole request is billed at the prices of its tier, cached input counting towards the size', () => {
  const long = {
    ...price,
    input: 5 * USD_PER_MILLION,
    cachedInput: 2.5 * USD_PER_MILLION,
    output: 15 * USD_PER_MILLION,
  }
  const tiered = { ...price, tiers: [{ aboveInputTokens: 200_000, prices: long }] }
  expect(costOf({ input: 200_000, output: 100 }, tiered)).toBe(501_000_000)
  expect(costOf({ input: 200_001, output: 100 }, tiered)).toBe(1_001_505_000)
  expect(costOf({ input: 200_000, cachedInput: 1, output: 0 }, tiered)).toBe(1_000_002_500)
})

it('a cost beyond the books is the most that they count', () => {
  expect(costOf({ input: 2 ** 50, output: 0 }, price)).toBe(MAX_AMOUNT)
})
