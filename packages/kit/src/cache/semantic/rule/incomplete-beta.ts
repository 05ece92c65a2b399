import { logGamma } from './log-gamma.ts'

const ENOUGH = 1e-15
const MOST_TERMS = 10_000
/** In place of a denominator that would be 0. */
const TINY = 1e-300

/**
 * The regularised incomplete beta function I_x(a, b): the chance that a beta variable is at most x.
 * By its continued fraction, https://dlmf.nist.gov/8.17.v, evaluated from the front by Lentz's method.
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  // The fraction converges fast below the mean, and the function has a mirror there.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a)
  const front = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)
  return Math.exp(front) / (a * fraction(x, a, b))
}

/** 1 + d₁/(1 + d₂/(1 + …)), with the terms of DLMF 8.17.23. */
function fraction(x: number, a: number, b: number): number {
  let value = 1
  let numerators = 1
  let denominators = 0
  for (let term = 1; term < MOST_TERMS; term += 1) {
    const d = coefficient(term, x, a, b)
    numerators = orTiny(1 + d / numerators)
    denominators = 1 / orTiny(1 + d * denominators)
    const factor = numerators * denominators
    value *= factor
    if (Math.abs(factor - 1) < ENOUGH) break
  }
  return value
}

function coefficient(term: number, x: number, a: number, b: number): number {
  const m = Math.floor(term / 2)
  if (term % 2 === 0) return (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
  return (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
}

function orTiny(value: number): number {
  return Math.abs(value) < TINY ? TINY : value
}

/** The x at which I_x(a, b) is this chance: halving the interval 60 times leaves less than a double can tell. */
export function betaQuantile(chance: number, a: number, b: number): number {
  let low = 0
  let high = 1
  for (let half = 0; half < 60; half += 1) {
    const middle = (low + high) / 2
    if (incompleteBeta(middle, a, b) < chance) low = middle
    else high = middle
  }
  return (low + high) / 2
}
