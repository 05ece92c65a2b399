import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { latency } from './latency.ts'
import { byLeast, bySticky, byWeight, inOrder, type Place } from './order.ts'

const place = (id: string, weight = 1): Place => ({ id, weight })
const places = [place('a'), place('b', 3), place('c', 6)]
const ids = (ordered: readonly Place[]) => ordered.map(({ id }) => id).join('')

/** Numbers that look random and are the same each time: https://en.wikipedia.org/wiki/Linear_congruential_generator */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}

/** How often each place came first. */
function firsts(order: (turn: number) => readonly Place[], turns = 20_000): Record<string, number> {
  const counts: Record<string, number> = { a: 0, b: 0, c: 0 }
  for (let turn = 0; turn < turns; turn += 1) counts[order(turn)[0]!.id]! += 1 / turns
  return counts
}

describe('every order', () => {
  it('gives each place back, once', () => {
    const orders = [
      inOrder<Place>,
      byWeight<Place>(seeded(1)),
      bySticky<Place>('k'),
      byLeast<Place>(({ weight }) => weight),
    ]
    for (const order of orders) expect([...ids(order(places))].sort().join('')).toBe('abc')
  })
})

describe('by weight', () => {
  it('each comes first as often as it weighs', () => {
    const order = byWeight<Place>(seeded(7))
    const shares = firsts(() => order(places))
    expect(shares.a).toBeCloseTo(0.1, 1)
    expect(shares.b).toBeCloseTo(0.3, 1)
    expect(shares.c).toBeCloseTo(0.6, 1)
  })
})

describe('sticky', () => {
  it('is the same for the same key, and keeps the weights over all keys', () => {
    expect(ids(bySticky('ada')(places))).toBe(ids(bySticky('ada')(places)))
    const shares = firsts((turn) => bySticky(`user-${turn}`)(places), 5_000)
    expect(shares.c).toBeCloseTo(0.6, 1)
    expect(shares.a).toBeCloseTo(0.1, 1)
  })

  it('moves nobody but those whose place has gone', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(2), (key, gone) => {
        const before = bySticky<Place>(key)(places)
        const left = places.filter((_, index) => index !== gone)
        expect(ids(bySticky<Place>(key)(left))).toBe(ids(before.filter((each) => left.includes(each))))
      }),
    )
  })
})

describe('the least', () => {
  it('comes first, and equals as they are written', () => {
    const cost: Record<string, number> = { a: 2, b: 1, c: 1 }
    expect(ids(byLeast<Place>(({ id }) => cost[id]!)(places))).toBe('bca')
  })
})

describe('latency', () => {
  it('rises at once, and falls with time', () => {
    const tested = latency({ halfLifeMs: 1_000 })
    expect(tested.at(0)).toBe(0)
    tested.add(100, 0)
    tested.add(900, 0)
    expect(tested.at(0)).toBe(900)
    tested.add(100, 1_000)
    expect(tested.at(1_000)).toBe(500)
    expect(tested.at(1_000_000)).toBeLessThan(1)
  })
})
