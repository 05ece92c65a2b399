import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { afterLook, type Look, UNTRIED, type Worth, worthEmbedding } from './worthwhile.ts'

const after = (worth: Worth, look: Look, times: number): Worth =>
  Array.from({ length: times }).reduce<Worth>((so) => afterLook(so, look, { nanoUsdPerMs: 100 }), worth)

const question = { rows: 10, length: 100, chance: 0.5 }
const MISS: Look = { savedNanoUsd: 0, costNanoUsd: 4_000, tookMs: 20 }
const HIT: Look = { savedNanoUsd: 2_000_000, costNanoUsd: 4_000, tookMs: 20 }

describe('worthEmbedding', () => {
  it('embeds where nothing is known yet', () => {
    expect(worthEmbedding(UNTRIED, question)).toBe('embed')
    expect(worthEmbedding(after(UNTRIED, MISS, 63), question)).toBe('embed')
  })

  it('cools down once look-ups cost more than they save, and probes one in a hundred', () => {
    const cold = after(UNTRIED, MISS, 64)
    expect(worthEmbedding(cold, question)).toBe('cooling')
    expect(worthEmbedding(cold, { ...question, chance: 0.0099 })).toBe('embed')
    expect(worthEmbedding(cold, { ...question, chance: 0.01 })).toBe('cooling')
  })

  it('goes on where a hit now and then pays for the rest', () => {
    let worth = UNTRIED
    for (let round = 0; round < 20; round += 1) worth = after(after(worth, MISS, 99), HIT, 1)
    expect(worthEmbedding(worth, question)).toBe('embed')
  })

  it('is warm again when a probe finds that it pays', () => {
    const cold = after(UNTRIED, MISS, 1_000)
    expect(worthEmbedding(after(cold, HIT, 1), question)).toBe('embed')
  })

  it('counts the time of the request, which even an embedding that costs nothing takes', () => {
    const slow = after(UNTRIED, { savedNanoUsd: 10_000, costNanoUsd: 0, tookMs: 140 }, 64)
    expect(worthEmbedding(slow, question)).toBe('cooling')
  })

  it('does not embed where nothing can be found, nor what is too long', () => {
    expect(worthEmbedding(UNTRIED, { ...question, rows: 0 })).toBe('empty')
    expect(worthEmbedding(UNTRIED, { ...question, rows: undefined })).toBe('empty')
    expect(worthEmbedding(UNTRIED, { ...question, length: 2_001 })).toBe('too_long')
    expect(worthEmbedding(UNTRIED, { ...question, length: 2_000 })).toBe('embed')
  })
})

describe('afterLook', () => {
  it('keeps whole nano-USD, below a bound, and forgets', () => {
    const look = fc.record({
      savedNanoUsd: fc.nat(1_000_000_000),
      costNanoUsd: fc.nat(1_000_000),
      tookMs: fc.double({ min: 0, max: 150, noNaN: true }),
    })
    const whole = fc.property(fc.array(look, { maxLength: 400 }), (looks) => {
      const worth = looks.reduce<Worth>((so, one) => afterLook(so, one), UNTRIED)
      for (const sum of [worth.savedNanoUsd, worth.spentNanoUsd, worth.looks]) {
        expect(Number.isSafeInteger(sum) && sum >= 0).toBe(true)
      }
      expect(worth.savedNanoUsd).toBeLessThan(257 * 1_000_000_000)
      const quiet = after(worth, { savedNanoUsd: 0, costNanoUsd: 0, tookMs: 0 }, 6_000)
      expect(quiet.savedNanoUsd).toBeLessThan(256)
    })
    fc.assert(whole, { numRuns: 50 })
  })
})
