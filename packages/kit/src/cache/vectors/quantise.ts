/** A vector as it is kept and compared: eight bits a number, of which only the direction means anything. */
export interface Vector {
  /** From −127 to 127. */
  readonly int8: Int8Array
  /** The square of its length: the sum of the squares of its numbers. */
  readonly square: number
}

/** What is made of an embedder's numbers; a refusal is about numbers that say nothing. */
export type Quantised =
  | { readonly status: 'quantised'; readonly vector: Vector }
  | { readonly status: 'invalid'; readonly why: 'length' | 'not_finite' | 'zero' }

/** The longest vector that is taken: sums of its products, and products of its squares, are exact. */
export const MAX_DIMENSIONS = 4096

const LARGEST = 127

/**
 * Check an embedder's numbers and make a vector of them. Whatever their length was, the largest becomes ±127: that uses all of
 * the eight bits, and lengths are divided out where vectors are compared.
 */
export function quantise(values: ArrayLike<number>, dimensions: number): Quantised {
  if (values.length !== dimensions || dimensions < 1 || dimensions > MAX_DIMENSIONS) return invalid('length')
  let largest = 0
  for (let at = 0; at < dimensions; at += 1) {
    const value = values[at]
    if (!Number.isFinite(value)) return invalid('not_finite')
    largest = Math.max(largest, Math.abs(value!))
  }
  if (largest === 0) return invalid('zero')
  const int8 = new Int8Array(dimensions)
  // Divided first: numbers near either end of the floats would become infinite, or nothing, when multiplied.
  for (let at = 0; at < dimensions; at += 1) int8[at] = Math.round((values[at]! / largest) * LARGEST)
  return { status: 'quantised', vector: vectorOf(int8) }
}

const invalid = (why: Extract<Quantised, { status: 'invalid' }>['why']): Quantised => ({
  status: 'invalid',
  why,
})

/** A vector of numbers that were quantised before, as a store gives them back. */
export function vectorOf(int8: Int8Array): Vector {
  let square = 0
  for (let at = 0; at < int8.length; at += 1) square += int8[at]! * int8[at]!
  return { int8, square }
}

/**
 * The cosine of the angle between two vectors, from −1 to 1: exactly 1 of equal ones, and 0 where one has no direction. The
 * product of two squares is below 2^53, so that nothing is rounded before its root.
 */
export function cosine(dot: number, square: number, otherSquare: number): number {
  return dot === 0 ? 0 : dot / Math.sqrt(square * otherSquare)
}

/** Write a bit a number, whether it is above zero, eight to a byte. */
export function packSigns(int8: Int8Array, bits: Uint8Array): void {
  bits.fill(0)
  for (let at = 0; at < int8.length; at += 1) {
    if (int8[at]! > 0) bits[at >> 3] = bits[at >> 3]! | (1 << (at & 7))
  }
}
