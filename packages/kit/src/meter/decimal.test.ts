import fc from 'fast-check'
import { expect, it } from 'vitest'
import { scaleDecimal } from './decimal.ts'

it.each([
  [0.15, 9, 150_000_000],
  [0.0075, 9, 7_500_000],
  [0.003625, 9, 3_625_000],
  [600, 9, 600_000_000_000],
  [1e-7, 9, 100],
  [1.5e-7, 9, 150],
  [0, 9, 0],
  [5, 6, 5_000_000],
])('%d with %i places is %i', (value, places, scaled) => {
  expect(scaleDecimal(value, places)).toBe(scaled)
})

it('what is finer than an integer is rounded up', () => {
  expect(scaleDecimal(1e-10, 9)).toBe(1)
  expect(scaleDecimal(0.18000000000000002, 9)).toBe(180_000_001)
})

it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, 1e21])('%d is no price', (value) => {
  expect(() => scaleDecimal(value, 9)).toThrow(RangeError)
})

it('every price with at most nine places comes out as it was written', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1_000 }),
      fc.integer({ min: 0, max: 999_999_999 }),
      (whole, nano) => {
        const text = `${whole}.${String(nano).padStart(9, '0')}`
        expect(scaleDecimal(Number(text), 9)).toBe(whole * 1_000_000_000 + nano)
      },
    ),
  )
})
