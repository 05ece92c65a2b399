import { createRequire } from 'node:module'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countTokens, readVocabulary } from './byte-pairs.mts'

const load = createRequire(__filename)
const { Tiktoken } = load('js-tiktoken/lite')

const pieces = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
  fc.constantFrom(
    '<|endoftext|>',
    '<|endofprompt|>',
    "it's",
    " DON'T",
    '  \n\n\t ',
    '1234567',
    'http://a.b/c?d=e#f',
    '\r\n',
  ),
  fc.constantFrom(
    '的是在不了有和人这中大为上个国我以要他',
    'สวัสดีชาวโลกทั้งหลาย',
    '👩‍👩‍👧‍👦🇩🇪',
    '\ud800',
    'ｅé́',
    '한국어입니다',
  ),
  fc
    .tuple(fc.constantFrom('a', ' ', 'ab', '一', '=', '0', 'Ａ'), fc.integer({ min: 1, max: 40 }))
    .map(([s, n]) => s.repeat(n)),
)
const texts = fc.array(pieces, { maxLength: 6 }).map((parts) => parts.join(''))

describe.each(['o200k_base', 'cl100k_base'])('%s', (encoding) => {
  const file = load(`js-tiktoken/ranks/${encoding}`)
  const vocabulary = readVocabulary(file)
  const oracle = new Tiktoken(file)
  const trueCount = (text: string): number => oracle.encode(text, [], []).length

  it('counts as js-tiktoken does, whatever the text', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(countTokens(text, vocabulary)).toBe(trueCount(text))
      }),
      { numRuns: 500 },
    )
  })

  it('what looks like a special token is text', () => {
    expect(countTokens('<|endoftext|>', vocabulary)).toBe(trueCount('<|endoftext|>'))
    expect(countTokens('<|endoftext|>', vocabulary)).toBeGreaterThan(1)
  })

  it.each([
    ['a word', 'x'.repeat(520)],
    ['spaces', `${' '.repeat(600)}x`],
    ['a clause without a stop', '一二三四五'.repeat(40)],
  ])('%s too long to be language is counted high, at no more than its bytes', (_, text) => {
    const counted = countTokens(text, vocabulary)
    expect(counted).toBeGreaterThanOrEqual(trueCount(text))
    expect(counted).toBeLessThanOrEqual(Buffer.byteLength(text))
  })

  it.each(['a', ' ', '\n', '一', 'é́', '😀', '=', 'Aa', '\u0301'])(
    'a flood of %j is counted, at no more than its bytes',
    (unit) => {
      const text = unit.repeat(200_000)
      expect(countTokens(text, vocabulary)).toBeLessThanOrEqual(Buffer.byteLength(text))
    },
  )
})
