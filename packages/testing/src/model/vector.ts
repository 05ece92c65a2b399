import { nextState, seedOf } from '../text.ts'

// Each word stands on a few of the axes: enough that two words seldom share one.
const AXES_PER_WORD = 16

/** A vector of length 1, the same for the same text; the more words two texts share, the nearer they are. */
export function unitVector(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions)
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [text]) {
    let state = seedOf(word)
    for (let axis = 0; axis < AXES_PER_WORD; axis += 1) {
      state = nextState(state)
      const sign = state & 0x8000_0000 ? -1 : 1
      // The low bits of such a generator repeat soon; the high ones do not.
      const place = (state >>> 8) % dimensions
      vector[place] = vector[place]! + sign
    }
  }
  const length = Math.hypot(...vector)
  if (length === 0) vector[0] = 1
  else for (let index = 0; index < dimensions; index += 1) vector[index] = vector[index]! / length
  return vector
}
