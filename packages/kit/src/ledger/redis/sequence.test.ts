import { expect, it } from 'vitest'
import { sequence } from './sequence.ts'

const WINDOW_MS = 60_000

function watched() {
  const clock = { nowMs: 0, now: () => clock.nowMs }
  const seen = sequence({ clock, windowMs: WINDOW_MS })
  const at = (ms: number, q: number) => {
    clock.nowMs = ms
    seen.note(q)
  }
  return { clock, seen, at }
}

it('knows what had been seen when the window began, whoever had changed it', () => {
  const { seen, at } = watched()
  at(0, 5)
  at(1000, 6)
  at(2000, 7)
  expect(seen.safe).toBe(0)
  at(1000 + WINDOW_MS, 8)
  expect(seen.safe).toBe(5)
  at(2001 + WINDOW_MS, 9)
  expect([seen.seen, seen.safe]).toEqual([9, 7])
})

it('lets the window stand while nothing new is seen: what was last done can be told again however late', () => {
  const { clock, seen, at } = watched()
  at(0, 5)
  at(1000, 6)
  at(10 * WINDOW_MS, 6)
  at(10 * WINDOW_MS, 3)
  clock.nowMs = 20 * WINDOW_MS
  expect([seen.seen, seen.seenAtMs, seen.safe]).toEqual([6, 1000, 0])
})

it('goes on from where recovered books are', () => {
  const { seen, at } = watched()
  at(0, 5)
  at(1 + WINDOW_MS, 9)
  expect(seen.safe).toBe(5)
  seen.restart(4)
  expect([seen.seen, seen.safe]).toEqual([4, 4])
  at(2 + WINDOW_MS, 5)
  expect([seen.seen, seen.safe]).toEqual([5, 4])
})

it('never says more safe than seen', () => {
  const { seen, at } = watched()
  at(0, 5)
  seen.moveWindow(7)
  expect(seen.safe).toBe(5)
})
