import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_AMOUNT, nanoToUsd, nanoUsd, showUsd, usdToNano } from './money.ts'

describe('usdToNano', () => {
  it.each([
    ['0', 0],
    ['5', 5_000_000_000],
    ['0.1', 100_000_000],
    ['0.30', 300_000_000],
    ['0.000000001', 1],
    ['4503599.627370496', 2 ** 52],
    [0.1, 100_000_000],
    [50, 50_000_000_000],
    [' 1.50 ', 1_500_000_000],
  ])('reads %j as %i nano-USD', (usd, nano) => {
    expect(usdToNano(usd)).toBe(nano)
  })

  it.each(['', '-1', '+1', '1e3', '1,000', '.5', '5.', '0x10', 'NaN', '0.0000000001', '99999999999', '$5'])(
    'refuses %j',
    (usd) => {
      expect(() => usdToNano(usd)).toThrow(RangeError)
    },
  )

  it('and nanoToUsd are each other’s inverse, to the nano-dollar', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 52 }), (nano) => {
        expect(usdToNano(nanoToUsd(nano))).toBe(nano)
      }),
    )
  })
})

describe('nanoUsd', () => {
  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, MAX_AMOUNT + 1])('refuses %d', (value) => {
    expect(() => nanoUsd(value)).toThrow(RangeError)
  })
})

it.each([
  [0, '$0.00'],
  [1, '$0.000000001'],
  [8_000, '$0.000008'],
  [1_500_000_000, '$1.50'],
  [49_999_992_000, '$49.999992'],
  [-250_000_000, '-$0.25'],
])('showUsd(%i) is %s', (nano, text) => {
  expect(showUsd(nano)).toBe(text)
})
