import { expect, it } from 'vitest'
import { fixedClock } from './clock.ts'

it('stands still until it is moved', () => {
  const clock = fixedClock(1000)
  expect(clock.now()).toBe(1000)
  clock.advance(500)
  expect(clock.now()).toBe(1500)
  clock.set(10)
  expect(clock.now()).toBe(10)
})
