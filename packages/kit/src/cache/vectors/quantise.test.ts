import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cosine, MAX_DIMENSIONS, packSigns, type Quantised, quantise, vectorOf } from './quantise.ts'

const numbers = fc
  .array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 64 })
  .filter((values) => values.some((value) => value !== 0))

const vectorIn = (quantised: Quantised) => {
  if (quantised.status !== 'quantised') throw new Error(quantised.why)
  return quantised.vector
}

describe('quantise', () => {
  it('makes a vector with a direction of whatever is finite and not all zero, however large or small', () => {
    const made = fc.property(numbers, (values) => {
      const { int8, square } = vectorIn(quantise(values, values.length))
      expect(Math.max(...int8.map(Math.abs))).toBe(127)
      expect(square).toBe(int8.reduce((sum, value) => sum + value * value, 0))
      expect(cosine(square, square, square)).toBe(1)
    })
    fc.assert(made)
  })

  it('keeps the direction and nothing of the length', () => {
    const shorter = vectorIn(quantise([0.1, -0.2, 0.3], 3))
    expect([...shorter.int8]).toEqual([42, -85, 127])
    expect(quantise([1e300, -2e300, 3e300], 3)).toEqual({ status: 'quantised', vector: shorter })
    expect(quantise([5e-324, -5e-324, 0], 3)).toEqual({
      status: 'quantised',
      vector: vectorOf(Int8Array.from([127, -127, 0])),
    })
  })

  it.each<[string, ArrayLike<number>, Quantised['status'] | string]>([
    ['NaN', [1, Number.NaN, 3], 'not_finite'],
    ['Infinity', [1, Number.POSITIVE_INFINITY, 3], 'not_finite'],
    ['−Infinity', [1, Number.NEGATIVE_INFINITY, 3], 'not_finite'],
    ['a text', ['1', '2', '3'] as unknown as number[], 'not_finite'],
    ['a hole', [1, undefined, 3] as unknown as number[], 'not_finite'],
    ['an object with a length', { length: 3 }, 'not_finite'],
    ['nothing but zeros', [0, -0, 0], 'zero'],
    ['too few', [1, 2], 'length'],
    ['too many', [1, 2, 3, 4], 'length'],
    ['none', [], 'length'],
    ['a huge one', { length: 2 ** 40 }, 'length'],
  ])('refuses %s', (_, values, why) => {
    expect(quantise(values, 3)).toEqual({ status: 'invalid', why })
  })

  it('takes no more numbers than sums of products are exact for', () => {
    const longest = new Float32Array(MAX_DIMENSIONS).fill(1)
    const { square } = vectorIn(quantise(longest, MAX_DIMENSIONS))
    expect(square * square).toBeLessThan(Number.MAX_SAFE_INTEGER)
    expect(quantise(new Float32Array(MAX_DIMENSIONS + 1).fill(1), MAX_DIMENSIONS + 1).status).toBe('invalid')
    expect(quantise([], 0).status).toBe('invalid')
  })

  it('gives a store’s zeros no direction, rather than no number', () => {
    const zero = vectorOf(new Int8Array(4))
    expect(cosine(0, zero.square, 127 * 127)).toBe(0)
  })
})

it('packs a bit a number, whether it is above zero, over whatever was there', () => {
  const bits = new Uint8Array(2).fill(0xff)
  packSigns(Int8Array.from([1, -1, 0, 127, -127, 0, 0, 5, 9]), bits)
  expect([...bits]).toEqual([0b1000_1001, 0b1])
})
