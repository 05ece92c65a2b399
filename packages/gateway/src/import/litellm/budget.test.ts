import { usdToNano } from '@tollgate/kit/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { carriedBudget } from './budget.ts'
import { cutTo, shifted } from './decimal.ts'

it.each([
  [100, '1h', '100', 'hourly'],
  [100, '24h', '100', 'daily'],
  [0.1, '1d', '0.1', 'daily'],
  [5, '7d', '5', 'weekly'],
  [5, '1w', '5', 'weekly'],
  [5, '30d', '5', 'monthly'],
  [5, '31d', '5', 'monthly'],
  [5, '1mo', '5', 'monthly'],
  [5, null, '5', 'total'],
])('$%s every %s is $%s %s', (max, duration, limit, period) => {
  expect(carriedBudget(max, duration)).toEqual({
    budget: { limit_usd: limit, period },
    differs: undefined,
  })
})

it.each([
  [100, '14d', '50', 'weekly', '$100 every 14d became its share, $50 weekly'],
  [300, '90d', '100', 'monthly', 'became its share, $100 monthly'],
  [10, '3h', '3.333333333', 'hourly', 'its share'],
  [1, '30m', '1', 'hourly', '$1 every 30m became $1 hourly'],
])('$%s every %s is no more than that: $%s %s', (max, duration, limit, period, says) => {
  const carried = carriedBudget(max, duration)!
  expect(carried.budget).toEqual({ limit_usd: limit, period })
  expect(carried.differs).toContain(says)
})

it('a limit for all time is what was left of it', () => {
  expect(carriedBudget(10, null, 2.5)?.budget).toEqual({ limit_usd: '7.5', period: 'total' })
  expect(carriedBudget(10, null, 12)?.budget.limit_usd).toBe('0')
})

it.each([
  ['no amount', 'x', '1d'],
  ['a debt', -1, '1d'],
  ['no duration', 5, 'soon'],
  ['no time at all', 5, '0d'],
])('%s is no budget', (_, max, duration) => {
  expect(carriedBudget(max, duration)).toBeUndefined()
})

it('never gives more over any time than was given', () => {
  const seconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const
  const lengths = { hourly: 3600, daily: 86_400, weekly: 604_800, monthly: 2_592_000 }
  const unit = fc.constantFrom('s', 'm', 'h', 'd') as fc.Arbitrary<keyof typeof seconds>
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999 }), unit, fc.nat(1_000_000), (count, each, usd) => {
      const { budget } = carriedBudget(usd, `${count}${each}`)!
      const was = BigInt(usd) * 1_000_000_000n * BigInt(lengths[budget.period as 'hourly'])
      const is = BigInt(usdToNano(budget.limit_usd)) * BigInt(count * seconds[each])
      // A month may have 31 days.
      if (is > was) expect([budget.period, count * seconds[each] > 2_592_000]).toEqual(['monthly', true])
    }),
  )
})

it.each([
  ['1.5e-07', 6, '0.15'],
  [0.0000006, 6, '0.6'],
  ['0.00000015', 6, '0.15'],
  ['1e-6', 6, '1'],
  ['12', 0, '12'],
  ['0', 6, '0'],
  ['100', 2, '10000'],
  ['x', 6, undefined],
])('%s × 10^%s is %s', (value, places, text) => {
  expect(shifted(value, places)).toBe(text)
})

it('cuts what is too fine', () => {
  expect([cutTo('0.1234567891', 9), cutTo('5', 9), cutTo('5.000', 9)]).toEqual(['0.123456789', '5', '5'])
})
