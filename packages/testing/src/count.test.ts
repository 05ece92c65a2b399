import fc from 'fast-check'
import { Tiktoken } from 'js-tiktoken/lite'
import o200k from 'js-tiktoken/ranks/o200k_base'
import { describe, expect, it } from 'vitest'
import { countTokens, piecesOf } from './count.ts'
import { textOf } from './text.ts'

const tiktoken = new Tiktoken(o200k)
const reference = (text: string) => tiktoken.encode(text, [], []).length

const WRITTEN = [
  '',
  'Hello, world!',
  "It's 12:30 — naïve café, größe über alles; 你好，世界。今天天气很好。",
  'const f = async (x: number) => { return x ** 2 }\r\n\r\n\t// done\n',
  'https://example.com/a/b?c=d&e=f%20g 3.14159265358979 1,000,000',
  '😀👩‍👩‍👧‍👦🇩🇪 é (combining) שָׁלוֹם हिन्दी',
  'text with <|endoftext|> and <|fim_prefix|> inside',
]

describe('countTokens', () => {
  it.each(WRITTEN)('agrees with tiktoken: %j', (text) => {
    expect(countTokens(text)).toBe(reference(text))
  })

  it('agrees with tiktoken on any short text', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 })
    fc.assert(fc.property(text, (text) => void expect(countTokens(text)).toBe(reference(text))))
  })

  it('never counts more tokens than bytes', () => {
    const text = fc.string({ unit: 'binary', maxLength: 400 }).map((text) => text.toWellFormed())
    fc.assert(
      fc.property(
        text,
        (text) => void expect(countTokens(text)).toBeLessThanOrEqual(Buffer.byteLength(text)),
      ),
    )
  })

  it('comes to an end on a megabyte without a space', () => {
    // Uncut, js-tiktoken would take hours over this: the run itself is the test.
    const tokens = countTokens('a'.repeat(1_000_000))
    expect(tokens).toBeGreaterThan(100_000)
    expect(tokens).toBeLessThan(1_000_000)
  })
})

describe('piecesOf', () => {
  it.each(WRITTEN)('is the whole text, with its count: %j', (text) => {
    const pieces = piecesOf(text)
    expect(textOf(pieces)).toBe(text)
    expect(pieces.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(reference(text))
  })

  it('tears no character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (text) => {
        const pieces = piecesOf(text)
        expect(textOf(pieces)).toBe(text)
        for (const piece of pieces) {
          expect(piece.text.isWellFormed()).toBe(true)
          expect(piece.tokens).toBeGreaterThan(0)
        }
      }),
    )
  })
})
