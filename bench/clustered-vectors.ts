export interface ClusteredOptions {
  readonly seed: number
  readonly rows: number
  readonly dimensions: number
  readonly queries: number
}

export interface Clustered {
  readonly rows: readonly Float32Array[]
  readonly queries: readonly Float32Array[]
}

/**
 * Vectors of length 1 around centres, as questions are around topics, and queries that are one of them moved a little: the same
 * in every run of a seed.
 */
export function clusteredVectors({ seed, rows, dimensions, queries }: ClusteredOptions): Clustered {
  const noise = noiseOf(seed, dimensions)
  const around = (centre: Float32Array, spread: number) => {
    const moved = noise()
    return centre.map((value, at) => value + spread * moved[at]!)
  }
  const centres = Array.from({ length: Math.ceil(rows / 20) }, noise)
  const topics = Array.from({ length: rows }, (_, at) => around(centres[at % centres.length]!, 0.6))
  const near = Array.from({ length: queries }, (_, at) => around(topics[(at * 7_919) % rows]!, 0.2))
  return { rows: topics.map(unit), queries: near.map(unit) }
}

function unit(values: Float32Array): Float32Array {
  let square = 0
  for (const value of values) square += value * value
  const length = Math.sqrt(square)
  return values.map((value) => value / length)
}

const POOL = 2 ** 20

/** Vectors of normally distributed numbers (by Box and Muller): each a piece of one pool, since to make them all takes minutes. */
function noiseOf(seed: number, dimensions: number): () => Float32Array {
  const uniform = splitmix32(seed)
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  const pool = new Float32Array(POOL).map(normal)
  return () => {
    const from = Math.floor(uniform() * (POOL - dimensions))
    return pool.subarray(from, from + dimensions)
  }
}

/** Numbers from 0 to 1 without the lattice of a linear congruence, which vectors of its numbers would all lie on. */
function splitmix32(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}
