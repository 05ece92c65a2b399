import fc from 'fast-check'
import { Tiktoken } from 'js-tiktoken/lite'
import o200k from 'js-tiktoken/ranks/o200k_base'
import { describe, expect, it } from 'vitest'
import { answerOf, capped, seedOf, textOf, thoughts } from './text.ts'

const tiktoken = new Tiktoken(o200k)
const tokens = (text: string) => tiktoken.encode(text, [], []).length

describe('answerOf', () => {
  it('has as many tokens as it says, by o200k, in every alphabet and for every seed', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 300 }), fc.boolean(), (seed, length, multibyte) => {
        expect(tokens(textOf(answerOf(length, { seed, multibyte })))).toBe(length)
      }),
    )
  })

  it('uses every word of both vocabularies as one token', () => {
    const said = answerOf(20_000, { seed: 7 }).concat(answerOf(20_000, { seed: 7, multibyte: true }))
    const words = new Set(said.map(({ text }) => text))
    expect(words.size).toBeGreaterThan(100)
    for (const word of words) expect([word, tokens(word)]).toEqual([word, 1])
  })

  it('is the same for the same seed, and a shorter one begins a longer one', () => {
    expect(textOf(answerOf(50, { seed: 3 }))).toBe(textOf(answerOf(50, { seed: 3 })))
    expect(textOf(answerOf(50, { seed: 3 })).startsWith(textOf(answerOf(20, { seed: 3 })))).toBe(true)
    expect(textOf(answerOf(50, { seed: 3 }))).not.toBe(textOf(answerOf(50, { seed: 4 })))
  })
})

describe('capped', () => {
  it('says all, and knows it, when the cap is exactly the length', () => {
    expect(capped(answerOf(10), 10)).toMatchObject({ cut: false, said: { length: 10 } })
    expect(capped(answerOf(10), 9)).toMatchObject({ cut: true, said: { length: 9 } })
  })

  it('never passes the cap with a piece of several tokens', () => {
    const pieces = ['ab', 'cd'].map((text) => ({ text, tokens: 2 }))
    expect(capped(pieces, 3)).toEqual({ said: [{ text: 'ab', tokens: 2 }], cut: true })
  })

  it('spends the cap on thinking first', () => {
    const { said, cut } = capped([...thoughts(5), ...answerOf(5)], 6)
    expect([textOf(said), cut]).toEqual(['The', true])
  })
})

it('seeds depend on every character', () => {
  expect(new Set(['', 'a', 'b', 'ab', 'ba', 'aab'].map(seedOf)).size).toBe(6)
})
