import { copyFileSync, mkdtempSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { countTokens, readVocabulary } from './byte-pairs.mts'
import { gptTokenizer } from './gpt-tokenizer.ts'
import { guarded } from './gpt-tokenizer-guard.mts'

const load = createRequire(__filename)
const shared = gptTokenizer()

afterAll(() => shared.close())

const texts = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
      fc.constantFrom(
        '<|endoftext|>',
        "it's",
        " DON'T",
        '  \n\n\t ',
        '1234567',
        '\r\n',
        '\ud800',
        '한국어입니다',
      ),
      // On both sides of where a piece is too long to be language.
      fc
        .tuple(fc.constantFrom('a', ' ', 'ab', '一', '=', '\n', '👩'), fc.integer({ min: 1, max: 600 }))
        .map(([unit, times]) => unit.repeat(times)),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''))

describe.each([
  ['o200k_base', 'O200K_TOKEN_SPLIT_REGEX'],
  ['cl100k_base', 'CL100K_TOKEN_SPLIT_REGEX'],
])('%s', (encoding, split) => {
  const vocabulary = readVocabulary(load(`js-tiktoken/ranks/${encoding}`))
  const library = load(`gpt-tokenizer/encoding/${encoding}`)
  const count = guarded(library, load('gpt-tokenizer/encodingParams/constants')[split])

  it('counts as the built-in tokenizer does, whatever the text', () => {
    const alike = fc.property(texts, (text) => {
      // Whitespace at the very end is one piece in the newer pattern of cl100k that the library follows, and here two.
      const ended = `${text}.`
      expect(count(ended)).toBe(countTokens(ended, vocabulary))
    })
    fc.assert(alike, { numRuns: 1_000 })
  })

  it('hands the library no piece that is too long to be language', () => {
    const seen: string[] = []
    const spy = guarded(
      {
        setMergeCacheSize: () => {},
        countTokens: (text) => {
          seen.push(text)
          return 0
        },
      },
      load('gpt-tokenizer/encodingParams/constants')[split],
    )
    expect(spy(`one ${'x'.repeat(100_000)} two`)).toBe(100_001)
    expect(seen).toEqual(['one', ' two'])
  })
})

it('counts in the encoding of the model, in a worker', async () => {
  const { count } = shared
  expect(await count(['你好，世界'], 'gpt-4o')).toBe(3)
  expect(await count(['你好，世界'], 'gpt-4')).toBe(6)
  expect(await count(['<|endoftext|>', ' world'], 'gpt-4o')).toBe(8)
})

it('says at assembly what to install', () => {
  const elsewhere = join(mkdtempSync(join(tmpdir(), 'no-gpt-tokenizer-')), 'worker.mts')
  copyFileSync(join(__dirname, 'gpt-tokenizer-worker.mts'), elsewhere)
  expect(() => gptTokenizer({ workerPath: elsewhere })).toThrow(
    expect.objectContaining({
      code: 'misassembled',
      message: expect.stringContaining('npm install gpt-tokenizer'),
    }),
  )
})
