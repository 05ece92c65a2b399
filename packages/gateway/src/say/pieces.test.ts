import { expect, it } from 'vitest'
import { decimalOf, piecesText } from './pieces.ts'

const NONE = { images: 0, audioMs: 0, characters: null, webSearches: null, unitThousandths: {} }

it('names each kind that there is, and none that there is not', () => {
  expect(piecesText(NONE)).toEqual([])
  const all = {
    images: 1,
    audioMs: 7_250,
    characters: 1,
    webSearches: 2,
    unitThousandths: { credit: 20_001 },
  }
  expect(piecesText(all)).toEqual([
    '1 picture',
    '1 character',
    '7.3 s of sound',
    '2 searches',
    '20.001 credit',
  ])
})

it.each([
  [0, '0'],
  [1, '0.001'],
  [1_500, '1.5'],
  [10_000, '10'],
  [2 ** 52, '4503599627370.496'],
])('%i thousandths are %s', (thousandths, text) => {
  expect(decimalOf(thousandths)).toBe(text)
})

it('lets no unit colour the terminal', () => {
  expect(piecesText({ ...NONE, unitThousandths: { '\x1b[31mred\n': 1_000 } })).toEqual(['1 ?[31mred?'])
})
