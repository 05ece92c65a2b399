import fc from 'fast-check'
import { expect, it } from 'vitest'
import { slicesOf } from './slices.ts'

it('slices make up their text, and cut no character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const slices = [...slicesOf(text)]
      expect(slices.join('')).toBe(text)
      for (const slice of slices) {
        expect(slice.length).toBeLessThanOrEqual(41)
        expect(slice.isWellFormed()).toBe(true)
      }
    }),
  )
})

it('slices end behind a space, where there is one', () => {
  const slices = [...slicesOf('The toll keeper opens the gate at six in the morning, every day of the year.')]
  expect(slices.length).toBeGreaterThan(1)
  for (const slice of slices.slice(0, -1)) expect(slice.endsWith(' ')).toBe(true)
})
