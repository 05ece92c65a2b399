import { type Vector, vectorOf } from '../../cache/vectors/quantise.ts'
import type { Random } from '../ledger/random.ts'

/** Any vector that has a direction. */
export function randomVector(random: Random, dimensions: number): Vector {
  const int8 = Int8Array.from({ length: dimensions }, () => random.int(255) - 127)
  int8[random.int(dimensions)] = 127
  return vectorOf(int8)
}

/** One that is near another: some of its numbers are others. */
export function nearTo({ int8 }: Vector, random: Random): Vector {
  const moved = Int8Array.from(int8, (value) => (random.chance(0.1) ? random.int(255) - 127 : value))
  moved[random.int(moved.length)] = 127
  return vectorOf(moved)
}
