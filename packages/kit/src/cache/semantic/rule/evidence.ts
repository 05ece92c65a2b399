import { CELLS, gridTables, rowOf } from './grid.ts'

/** What labels have said of one entry: additive, so that the order in which they came says nothing. */
export interface Evidence {
  /** The log-likelihood of each cell of the grid. */
  readonly likelihood: Float32Array
  /** How many questions near it meant the same, and how many did not; may be halved, and then no integers. */
  same: number
  different: number
}

/** One judged pair: how alike a question and the entry's were, and whether the entry's answer answers it. */
export interface Label {
  readonly similarity: number
  readonly same: boolean
}

export function noEvidence(): Evidence {
  return { likelihood: new Float32Array(CELLS), same: 0, different: 0 }
}

/** Take in a label: 255 additions. */
export function learn(evidence: Evidence, { similarity, same }: Label): void {
  const { logSame, logDifferent } = gridTables()
  const table = same ? logSame : logDifferent
  const row = rowOf(similarity)
  const { likelihood } = evidence
  for (let cell = 0; cell < CELLS; cell += 1) likelihood[cell]! += table[row + cell]!
  if (same) evidence.same += 1
  else evidence.different += 1
}

/** Believe half as much of it: the world has changed since. */
export function halve(evidence: Evidence): void {
  for (let cell = 0; cell < CELLS; cell += 1) evidence.likelihood[cell]! /= 2
  evidence.same /= 2
  evidence.different /= 2
}

/** The two counts and the grid, as float32 in the byte order of the machine's kind (little-endian everywhere Node runs). */
export function packEvidence({ likelihood, same, different }: Evidence): Buffer {
  const packed = new Float32Array(2 + CELLS)
  packed[0] = same
  packed[1] = different
  packed.set(likelihood, 2)
  return Buffer.from(packed.buffer)
}

/** Undefined for what is none: of another grid, cut short, or no numbers. A cache forgets rather than fails. */
export function unpackEvidence(bytes: Uint8Array): Evidence | undefined {
  if (bytes.byteLength !== 4 * (2 + CELLS)) return undefined
  // Copied, since a Buffer may stand anywhere in memory that it shares with others, and floats only where they fit.
  const packed = new Float32Array(new Uint8Array(bytes).buffer)
  if (!packed.every((value) => Number.isFinite(value))) return undefined
  return { same: packed[0]!, different: packed[1]!, likelihood: packed.slice(2) }
}
