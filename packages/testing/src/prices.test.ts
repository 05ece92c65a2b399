import { describe, expect, it } from 'vitest'
import { billFor, EXAMPLE_PRICES } from './prices.ts'

const NOTHING = { input: 0, cachedInput: 0, output: 0, reasoning: 0 }

describe('billFor', () => {
  // Worked by hand: a dollar a million tokens is a thousand nano-USD a token.
  it.each([
    ['gpt-4o', { ...NOTHING, input: 1000, cachedInput: 200, output: 50 }, 2_500_000 + 250_000 + 500_000],
    ['gpt-4o-mini', { ...NOTHING, input: 18, output: 9 }, 18 * 150 + 9 * 600],
    ['gpt-5', { ...NOTHING, input: 1, cachedInput: 1, output: 1, reasoning: 1 }, 1250 + 125 + 10_000],
    ['text-embedding-3-small', { ...NOTHING, input: 7 }, 140],
    ['text-embedding-3-large', { ...NOTHING, input: 7 }, 910],
  ] as const)('%s %j', (model, usage, nanoUsd) => {
    expect(billFor(EXAMPLE_PRICES[model]!)(usage)).toBe(BigInt(nanoUsd))
  })

  it('rounds up once, over the sum', () => {
    // A token is 0.4 nano-USD at each price: 0.8 together, so one, and not one each.
    const bill = billFor({ input: '0.0004', output: '0.0004' })
    expect(bill({ ...NOTHING, input: 1, output: 1 })).toBe(1n)
    expect(bill(NOTHING)).toBe(0n)
  })

  it('charges cached input as input where no other price is known', () => {
    expect(billFor({ input: '1' })({ ...NOTHING, cachedInput: 3 })).toBe(3000n)
  })

  it.each(['', '1e3', '-1', '1.0000000001', ' 1'])('does not take %j for a price', (input) => {
    expect(() => billFor({ input })).toThrow(RangeError)
  })
})
