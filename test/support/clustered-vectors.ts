import { quantise, type Vector } from '@tollgate/kit/cache/vectors'

export interface ClusteredOptions {
  readonly seed: number
  readonly rows: number
  readonly dimensions: number
  readonly queries: number
}

/**
 * Vectors around centres, as questions are around topics, and queries that are one of them moved a little: the same in every
 * run of a seed.
 */
export function clusteredVectors({ seed, rows, dimensions, queries }: ClusteredOptions) {
  const normal = normals(seed)
  const around = (centre: Float32Array, spread: number) => centre.map((value) => value + spread * normal())
  const centres = Array.from({ length: Math.ceil(rows / 20) }, () => new Float32Array(dimensions).map(normal))
  const floats = Array.from({ length: rows }, (_, at) => around(centres[at % centres.length]!, 0.6))
  return {
    rows: floats.map(vectorIn),
    queries: Array.from({ length: queries }, (_, at) => vectorIn(around(floats[(at * 7_919) % rows]!, 0.2))),
  }
}

function vectorIn(values: Float32Array): Vector {
  const quantised = quantise(values, values.length)
  if (quantised.status !== 'quantised') throw new Error(quantised.why)
  return quantised.vector
}

/** Normally distributed numbers, by Box and Muller. */
function normals(seed: number): () => number {
  const uniform = splitmix32(seed)
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
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
