/**
 * What is believed of one entry: the chance that a question at similarity s means the same is σ(γ(s − t)), where the
 * threshold t and the slope γ are unknown. Belief is a weight on each cell of a grid over the two.
 */
export const THRESHOLDS: readonly number[] = Array.from({ length: 51 }, (_, at) => (55 + at) / 100)

/** Slopes under 12 would say that similarity hardly matters, and then nothing would ever be served. */
export const SLOPES: readonly number[] = [12, 24, 48, 96, 192]

/** Slope by slope, each with all thresholds. */
export const CELLS: number = SLOPES.length * THRESHOLDS.length

/** Less alike than this is another question, whatever has been learnt. */
export const LEAST_SIMILARITY = 0.7

/** Similarity is told apart in steps of 1/1024: the encoder's own noise is larger. */
const STEPS = 1024
const FIRST_STEP = Math.round(LEAST_SIMILARITY * STEPS)
const ROWS = STEPS - FIRST_STEP + 1

/** Of each similarity and each cell: the chance of meaning the same, and what either answer says of the cell. */
export interface GridTables {
  readonly chance: Float32Array
  readonly logSame: Float32Array
  readonly logDifferent: Float32Array
}

let tables: GridTables | undefined

/** Made at first use, in some ten milliseconds: a service without a semantic cache never pays for them. */
export function gridTables(): GridTables {
  tables ??= buildTables()
  return tables
}

/** Where the cells of a similarity begin in each table; of one below the least, those of the least. */
export function rowOf(similarity: number): number {
  const step = Math.round(similarity * STEPS) - FIRST_STEP
  return Math.min(ROWS - 1, Math.max(0, step)) * CELLS
}

function buildTables(): GridTables {
  const chance = new Float32Array(ROWS * CELLS)
  const logSame = new Float32Array(ROWS * CELLS)
  const logDifferent = new Float32Array(ROWS * CELLS)
  let at = 0
  for (let row = 0; row < ROWS; row += 1) {
    const similarity = (FIRST_STEP + row) / STEPS
    for (const slope of SLOPES) {
      for (const threshold of THRESHOLDS) {
        const logit = slope * (similarity - threshold)
        logSame[at] = logSigmoid(logit)
        logDifferent[at] = logSigmoid(-logit)
        chance[at] = Math.exp(logSigmoid(logit))
        at += 1
      }
    }
  }
  return { chance, logSame, logDifferent }
}

/** log σ(x), exact at both ends, where σ itself is 0 or 1. */
function logSigmoid(x: number): number {
  return x < 0 ? x - Math.log1p(Math.exp(x)) : -Math.log1p(Math.exp(-x))
}
