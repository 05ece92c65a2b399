import { expect, it } from 'vitest'
import { nanoUsd } from '../../core/money.ts'
import { replay } from './replay.ts'
import type { Reservation } from './reservations.ts'
import { sequence } from './sequence.ts'

const WINDOW_MS = 60_000
const MINUTE_MS = 60_000

function remembering() {
  const clock = { nowMs: 0, now: () => clock.nowMs }
  const seen = sequence({ clock, windowMs: WINDOW_MS })
  const kept = replay({ clock, sequence: seen, windowMs: WINDOW_MS, max: 3 })
  const end = (id: string, q: number) => {
    seen.note(q)
    kept.keep({ id, sentMs: clock.nowMs }, q)
  }
  const ids = () => kept.all().map(({ id }) => id)
  return { clock, seen, kept, end, ids }
}

it('remembers what is not older than the newest change by more than the window', () => {
  const { clock, seen, end, ids } = remembering()
  end('a', 5)
  clock.nowMs += WINDOW_MS
  end('b', 6)
  expect(ids()).toEqual(['a', 'b'])
  clock.nowMs += 1
  end('c', 7)
  expect(ids()).toEqual(['b', 'c'])
  expect(seen.safe).toBe(5)
})

it('forgets nothing while the books are away, for as long as a repeat is harmless', () => {
  const { clock, seen, kept, end, ids } = remembering()
  end('a', 5)
  clock.nowMs += 5 * MINUTE_MS
  expect(ids()).toEqual(['a'])
  clock.nowMs += 1
  expect(kept.isEmpty()).toBe(true)
  expect(seen.safe).toBe(5)
})

it('keeps what the books would need to have a reservation again, whoever ends it once more', () => {
  const { kept } = remembering()
  const reservation = { id: 'a' } as Reservation
  const actual = { usd: nanoUsd(3), tokens: 0, requests: 1 }
  kept.keep({ id: 'a', reservation, sentMs: 0 }, 5)
  kept.keep({ id: 'a', settled: { actual, basis: 'exact' }, sentMs: 1 }, 6)
  expect(kept.all()).toMatchObject([{ id: 'a', settled: { actual, basis: 'exact' }, reservation, sentMs: 1 }])
  expect(kept.get('a')).toBe(kept.all()[0])
  expect(kept.get('b')).toBeUndefined()
})

it('has a shorter window when it would remember too much', () => {
  const { seen, end, ids } = remembering()
  for (const [at, id] of ['a', 'b', 'c', 'd'].entries()) end(id, 5 + at)
  expect(ids()).toEqual(['b', 'c', 'd'])
  expect(seen.safe).toBe(5)
})
