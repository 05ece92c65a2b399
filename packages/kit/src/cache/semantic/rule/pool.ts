import type { Evidence } from './evidence.ts'
import { CELLS, SLOPES, THRESHOLDS } from './grid.ts'
import { posterior } from './posterior.ts'

/**
 * What the labelled entries of a group have in common, and what is therefore believed of one that has no labels yet.
 * Without it each entry would have to be asked about several times before it serves; most never are.
 */
export interface Pool {
  /** Mean and standard deviation of an entry's threshold. */
  readonly mean: number
  readonly spread: number
  /** How likely each of SLOPES is. */
  readonly slopes: readonly number[]
}

/** So far from certain that nothing is served before labels have come. */
export const UNTAUGHT: Pool = { mean: 0.97, spread: 0.05, slopes: SLOPES.map(() => 1 / SLOPES.length) }

/** A pool that is too sure of itself would drown what the labels say of single entries. */
const LEAST_SPREAD = 0.02

/** Entries that a fit looks at: 1,000 are some five milliseconds of the event loop, and more change nothing. */
const MOST_ENTRIES = 1000

/** After so many labels the pool is fitted, and then every 500. */
const FIRST_FITS: readonly number[] = [50, 100, 200]
const FIT_EVERY = 500

/** Whether the pool is to be fitted again, now that the group has this many labels. */
export function isTimeToFit(labels: number): boolean {
  return FIRST_FITS.includes(labels) || (labels > 0 && labels % FIT_EVERY === 0)
}

/** The belief in each cell before an entry has labels of its own; not normalised. */
export function logPrior({ mean, spread, slopes }: Pool): Float64Array {
  const prior = new Float64Array(CELLS)
  let cell = 0
  for (const share of slopes) {
    for (const threshold of THRESHOLDS) {
      prior[cell] = Math.log(share) - 0.5 * ((threshold - mean) / spread) ** 2
      cell += 1
    }
  }
  return prior
}

/** Two steps of expectation maximisation over the labelled entries: each entry's posterior, then what they share. */
export function fitPool(pool: Pool, labelled: readonly Evidence[]): Pool {
  const stride = Math.max(1, Math.ceil(labelled.length / MOST_ENTRIES))
  const looked = labelled.filter((_, at) => at % stride === 0)
  return looked.length === 0 ? pool : step(step(pool, looked), looked)
}

function step(pool: Pool, labelled: readonly Evidence[]): Pool {
  const prior = logPrior(pool)
  const slopes = SLOPES.map(() => 0.5)
  let sum = 0
  let squares = 0
  for (const { likelihood } of labelled) {
    const weights = posterior(prior, likelihood)
    for (let cell = 0; cell < CELLS; cell += 1) {
      const threshold = THRESHOLDS[cell % THRESHOLDS.length]!
      sum += weights[cell]! * threshold
      squares += weights[cell]! * threshold * threshold
      slopes[Math.floor(cell / THRESHOLDS.length)]! += weights[cell]!
    }
  }
  const mean = sum / labelled.length
  const variance = Math.max(0, squares / labelled.length - mean * mean)
  const total = slopes.reduce((all, one) => all + one, 0)
  return {
    mean,
    spread: Math.max(LEAST_SPREAD, Math.sqrt(variance)),
    slopes: slopes.map((one) => one / total),
  }
}
