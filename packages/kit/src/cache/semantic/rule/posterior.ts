import { CELLS, gridTables, rowOf } from './grid.ts'

/**
 * The posterior of an entry: how much to believe of each cell, summing to 1.
 *
 * @param logPrior of the group, see `logPrior`
 * @param likelihood the entry's own; undefined while nothing is known of it
 */
export function posterior(logPrior: Float64Array, likelihood?: Float32Array): Float32Array {
  const weights = new Float32Array(CELLS)
  let greatest = Number.NEGATIVE_INFINITY
  for (let cell = 0; cell < CELLS; cell += 1) {
    const log = logPrior[cell]! + (likelihood ? likelihood[cell]! : 0)
    weights[cell] = log
    if (log > greatest) greatest = log
  }
  let sum = 0
  for (let cell = 0; cell < CELLS; cell += 1) {
    const weight = Math.exp(weights[cell]! - greatest)
    weights[cell] = weight
    sum += weight
  }
  for (let cell = 0; cell < CELLS; cell += 1) weights[cell]! /= sum
  return weights
}

/** The chance that a question at this similarity means the same: the average over all cells, not that of the likeliest. */
export function chanceOfSame(weights: Float32Array, similarity: number): number {
  const { chance } = gridTables()
  const row = rowOf(similarity)
  let sum = 0
  for (let cell = 0; cell < CELLS; cell += 1) sum += weights[cell]! * chance[row + cell]!
  return sum
}
