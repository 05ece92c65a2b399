import { describe, expect, it } from 'vitest'
import { fullJitter } from './backoff.ts'
import { retries } from './retries.ts'
import { retryBudget } from './retry-budget.ts'

describe('full jitter', () => {
  it('is anything up to a bound that doubles, and stops at the longest', () => {
    const longest = fullJitter({ baseMs: 100, maxMs: 350, random: () => 1 })
    expect([0, 1, 2, 3].map(longest)).toEqual([100, 200, 350, 350])
    expect(fullJitter({ random: () => 0 })(5)).toBe(0)
  })
})

describe('the budget of retries', () => {
  it('is a share of the traffic, with so many saved up', () => {
    const budget = retryBudget({ share: 0.5, most: 1 })
    expect([budget.spend(), budget.spend()]).toEqual([true, false])
    budget.earn()
    expect(budget.spend()).toBe(false)
    budget.earn()
    expect(budget.spend()).toBe(true)
    for (let request = 0; request < 100; request += 1) budget.earn()
    expect([budget.spend(), budget.spend()]).toEqual([true, false])
  })
})

describe('retries', () => {
  const policy = () => retries({ max: 2, withinMs: 1_000, baseMs: 100, random: () => 1 })

  it('wait as long as the provider asks, and their backoff on top', () => {
    expect(policy().pauseMs(0, 0, 0)).toBe(100)
    expect(policy().pauseMs(1, 500, 0)).toBe(700)
  })

  it('end with their rounds, and before the request’s deadline', () => {
    expect(policy().pauseMs(2, 0, 0)).toBeUndefined()
    expect(policy().pauseMs(0, 901, 0)).toBeUndefined()
    expect(policy().pauseMs(0, 0, 901)).toBeUndefined()
    expect(policy().pauseMs(0, 0, 900)).toBe(100)
  })

  it('end when too much of the traffic is retries', () => {
    const few = retries({ share: 0, most: 1 })
    expect(few.pauseMs(0, 0, 0)).toBeDefined()
    expect(few.pauseMs(0, 0, 0)).toBeUndefined()
  })

  it('that cannot be made in time cost nothing of the share', () => {
    const few = retries({ share: 0, most: 1, withinMs: 1_000 })
    expect(few.pauseMs(0, 5_000, 0)).toBeUndefined()
    expect(few.pauseMs(0, 0, 0)).toBeDefined()
  })
})
