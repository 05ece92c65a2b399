import { describe, expect, it } from 'vitest'
import { clopperPearson } from './clopper-pearson.ts'
import { chanceOfRise } from './fisher.ts'
import { betaQuantile, incompleteBeta } from './incomplete-beta.ts'
import { logGamma } from './log-gamma.ts'

describe('log Γ', () => {
  it.each([
    [1, 0],
    [2, 0],
    [0.5, Math.log(Math.PI) / 2],
    [11, Math.log(3_628_800)],
    [171, 706.573062245787],
  ])('of %d is %d', (x, expected) => expect(logGamma(x)).toBeCloseTo(expected, 10))
})

describe('the incomplete beta function', () => {
  it('is a sum of binomials for integers', () => {
    // I_x(a, n − a + 1) is the chance of a successes or more of n: https://dlmf.nist.gov/8.17.E5
    const chance = (n: number, a: number, x: number) => {
      let sum = 0
      for (let k = a; k <= n; k += 1) sum += choose(n, k) * x ** k * (1 - x) ** (n - k)
      return sum
    }
    for (const [n, a, x] of [
      [10, 3, 0.2],
      [10, 3, 0.9],
      [30, 1, 0.01],
      [40, 39, 0.97],
      [25, 12, 0.5],
    ] as const)
      expect(incompleteBeta(x, a, n - a + 1)).toBeCloseTo(chance(n, a, x), 12)
  })

  it('is turned round by its quantile', () => {
    for (const [a, b] of [
      [1, 500],
      [3, 498],
      [0.5, 0.5],
      [200, 300],
    ] as const)
      for (const chance of [0.001, 0.05, 0.5, 0.95])
        expect(incompleteBeta(betaQuantile(chance, a, b), a, b)).toBeCloseTo(chance, 10)
  })
})

function choose(n: number, k: number): number {
  let value = 1
  for (let at = 1; at <= k; at += 1) value = (value * (n - k + at)) / at
  return value
}

describe('Clopper–Pearson bounds', () => {
  it.each([
    // Both are 1 − 0.05^(1/n), the rule of three's exact form.
    [0, 149, 0, 1 - 0.05 ** (1 / 149)],
    [0, 299, 0, 1 - 0.05 ** (1 / 299)],
    [10, 10, 0.05 ** (1 / 10), 1],
  ])('of %d in %d are known in closed form', (events, trials, lower, upper) => {
    const bounds = clopperPearson(events, trials)
    expect(bounds.lower).toBeCloseTo(lower, 9)
    expect(bounds.upper).toBeCloseTo(upper, 9)
  })

  // Two-sided 95 % intervals, whose sides hold with 97.5 % each: Brown, Cai, DasGupta, Statistical Science 16 (2001), and
  // R's binom.test.
  it.each([
    [1, 10, 0.002529, 0.445016],
    [5, 10, 0.187086, 0.812914],
    [4, 20, 0.057334, 0.436614],
    [10, 100, 0.049005, 0.176223],
  ])('of %d in %d are the published ones', (events, trials, lower, upper) => {
    const bounds = clopperPearson(events, trials, 0.975)
    expect(bounds.lower).toBeCloseTo(lower, 6)
    expect(bounds.upper).toBeCloseTo(upper, 6)
  })
})

describe("Fisher's test", () => {
  it('is that of the lady tasting tea', () => {
    // Three of four right: 17/70; all of them: 1/70. https://en.wikipedia.org/wiki/Lady_tasting_tea
    expect(chanceOfRise({ events: 1, trials: 4 }, { events: 3, trials: 4 })).toBeCloseTo(17 / 70, 12)
    expect(chanceOfRise({ events: 0, trials: 4 }, { events: 4, trials: 4 })).toBeCloseTo(1 / 70, 12)
  })

  it('finds nothing where nothing has risen', () => {
    expect(chanceOfRise({ events: 5, trials: 10 }, { events: 0, trials: 10 })).toBeCloseTo(1, 12)
    expect(chanceOfRise({ events: 0, trials: 0 }, { events: 0, trials: 0 })).toBeCloseTo(1, 12)
  })
})
