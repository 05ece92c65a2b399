import type { Rule } from './rules.ts'

/**
 * For comparison: a rule whose promise is per *request*, written anew from the idea of https://arxiv.org/abs/2502.03771
 * (vCache); none of its authors' code or tables is in it, and where labels are separable it has a ridge in their place, so
 * that its figures are this sketch's and not theirs.
 *
 * Each entry has a logistic curve of its own, fitted to its labels. An upper bound of its threshold at each level ε gives
 * a lower bound of the chance of being right, and from that how often asking keeps the promise; it asks so often at random
 * and serves otherwise, also what it believes to be wrong.
 */
export function perRequestRule(delta: number, uniform: () => number): Rule<Observations> {
  return {
    fresh: () => ({ seen: [...ANCHORS] }),
    choose(memory, similarity) {
      if (memory.seen.length < LEAST_OBSERVATIONS) return 'ask'
      memory.curve ??= curveThrough(memory.seen)
      return uniform() <= askingRate(memory.curve, similarity, delta) ? 'ask' : 'serve'
    },
    learn(memory, similarity, same) {
      memory.seen.push({ similarity, same })
      delete memory.curve
    },
  }
}

interface Observation {
  readonly similarity: number
  readonly same: boolean
}

interface Observations {
  readonly seen: Observation[]
  curve?: Curve
}

/** P(same) = σ(slope · (similarity − threshold)), and how uncertain the threshold is. */
interface Curve {
  readonly slope: number
  readonly threshold: number
  readonly variance: number
}

/** What is known before anything is: nothing alike is wrong, and the question itself is right. */
const ANCHORS: readonly Observation[] = [
  { similarity: 0, same: false },
  { similarity: 1, same: true },
]
const LEAST_OBSERVATIONS = 6
const RIDGE = 1e-3
const LEVELS = Array.from({ length: 50 }, (_, at) => (at + 1) / 51).map((level) => ({
  level,
  deviations: normalQuantile(1 - level),
}))

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))

/** How often to ask, so that a wrong answer is served to at most delta of the requests. */
function askingRate({ slope, threshold, variance }: Curve, similarity: number, delta: number): number {
  let least = 1
  for (const { level, deviations } of LEVELS) {
    const bound = Math.min(1, threshold + deviations * Math.sqrt(variance))
    const right = (1 - level) * sigmoid(slope * (similarity - bound))
    least = Math.min(least, Math.max(0, 1 - delta / (1 - right)))
  }
  return least
}

/** Newton's method on the penalised likelihood of b₀ + b₁s, then the variance of −b₀/b₁ by the delta method. */
function curveThrough(seen: readonly Observation[]): Curve {
  let [b0, b1] = [-5, 10]
  let hessian = [RIDGE, 0, RIDGE]
  for (let step = 0; step < 25; step += 1) {
    let [g0, g1] = [-RIDGE * b0, -RIDGE * b1]
    hessian = [RIDGE, 0, RIDGE]
    for (const { similarity, same } of seen) {
      const p = sigmoid(b0 + b1 * similarity)
      const weight = p * (1 - p)
      g0 += (same ? 1 : 0) - p
      g1 += ((same ? 1 : 0) - p) * similarity
      hessian[0]! += weight
      hessian[1]! += weight * similarity
      hessian[2]! += weight * similarity * similarity
    }
    const [h00, h01, h11] = hessian as [number, number, number]
    const determinant = h00 * h11 - h01 * h01
    b0 += Math.max(-5, Math.min(5, (h11 * g0 - h01 * g1) / determinant))
    b1 += Math.max(-5, Math.min(5, (h00 * g1 - h01 * g0) / determinant))
  }
  return curveOf(b0, Math.max(b1, RIDGE), hessian as [number, number, number])
}

function curveOf(b0: number, b1: number, [h00, h01, h11]: readonly [number, number, number]): Curve {
  const [d0, d1] = [-1 / b1, b0 / (b1 * b1)]
  const determinant = h00 * h11 - h01 * h01
  const variance = (d0 * d0 * h11 - 2 * d0 * d1 * h01 + d1 * d1 * h00) / determinant
  return { slope: b1, threshold: -b0 / b1, variance: Math.max(0, variance) }
}

/** Where a standard normal variable is below with this chance: by halving, on the series of its distribution. */
function normalQuantile(chance: number): number {
  let [low, high] = [-6, 6]
  for (let half = 0; half < 40; half += 1) {
    const middle = (low + high) / 2
    if (normalBelow(middle) < chance) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** https://dlmf.nist.gov/7.6.E2, at x/√2. */
function normalBelow(x: number): number {
  let term = x
  let sum = x
  for (let odd = 3; Math.abs(term) > 1e-12 && odd < 200; odd += 2) {
    term *= (x * x) / odd
    sum += term
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI)
}
