export type Vector = Float64Array

/** Enough of them that what is unrelated is never as alike as the rule looks at. */
export const DIMENSIONS = 64

export function direction(gaussian: () => number): Vector {
  return normalised(new Float64Array(DIMENSIONS).map(() => gaussian()))
}

export function dot(a: Vector, b: Vector): number {
  let sum = 0
  for (let at = 0; at < DIMENSIONS; at += 1) sum += a[at]! * b[at]!
  return sum
}

/** A direction as alike to this one as `cosine` says. */
export function near(centre: Vector, cosine: number, gaussian: () => number): Vector {
  const other = direction(gaussian)
  const along = dot(other, centre)
  const across = normalised(other.map((value, at) => value - along * centre[at]!))
  const sine = Math.sqrt(1 - cosine * cosine)
  return centre.map((value, at) => cosine * value + sine * across[at]!)
}

function normalised(vector: Vector): Vector {
  const length = Math.sqrt(dot(vector, vector))
  return vector.map((value) => value / length)
}
