import { quantise, type Vector } from '@tollgate/kit/cache/vectors'
import * as drawn from '../../bench/clustered-vectors.ts'

/** The vectors of the bench, as an index takes them. */
export function clusteredVectors(options: drawn.ClusteredOptions) {
  const { rows, queries } = drawn.clusteredVectors(options)
  return { rows: rows.map(vectorIn), queries: queries.map(vectorIn) }
}

function vectorIn(values: Float32Array): Vector {
  const quantised = quantise(values, values.length)
  if (quantised.status !== 'quantised') throw new Error(quantised.why)
  return quantised.vector
}
