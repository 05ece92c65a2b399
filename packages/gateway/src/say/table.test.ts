import { expect, it } from 'vitest'
import { table } from './table.ts'

it('makes each column as wide as its widest cell, and aligns figures at their ends', () => {
  const columns = [{ title: 'TEAM' }, { title: 'SPENT', right: true }]
  expect(
    table(columns, [
      ['marketing', '$1.00'],
      ['a', '$10.000001'],
    ]),
  ).toEqual(['TEAM            SPENT', 'marketing       $1.00', 'a          $10.000001'])
  expect(table(columns, [])).toEqual(['TEAM  SPENT'])
})
