import fc from 'fast-check'
import { expect, it } from 'vitest'
import { durationMs } from './duration.ts'
import { hint, nearest } from './nearest.ts'

const fields = ['teams', 'tiers', 'budgets', 'providers', 'master_key']

it.each([
  ['teems', 'teams'],
  ['Teams', 'teams'],
  ['tires', 'tiers'],
  ['budget', 'budgets'],
  ['budegts', 'budgets'],
  ['masterKey', 'master_key'],
  ['provider', 'providers'],
  ['xyz', undefined],
  ['', undefined],
])('%s is nearest to %s', (typed, meant) => {
  expect(nearest(typed, fields)).toBe(meant)
})

it('any one slip is found again', () => {
  const slip = fc.tuple(
    fc.constantFrom(...fields),
    fc.nat(),
    fc.constantFrom('drop', 'double', 'swap', 'replace'),
  )
  fc.assert(
    fc.property(slip, ([name, seed, kind]) => {
      const at = seed % (name.length - 1)
      const [head, here, next, tail] = [name.slice(0, at), name[at]!, name[at + 1]!, name.slice(at + 2)]
      const typed = {
        drop: head + next + tail,
        double: head + here + here + next + tail,
        swap: head + next + here + tail,
        replace: `${head}#${next}${tail}`,
      }
      expect(nearest(typed[kind as keyof typeof typed], fields)).toBe(name)
    }),
  )
})

it('what is near is asked for, otherwise a few names are listed and many are not', () => {
  expect(hint('teems', fields)).toBe('did you mean teams?')
  expect(hint('teems', fields, JSON.stringify)).toBe('did you mean "teams"?')
  expect(hint('xyz', ['a', 'b', 'c'])).toBe('use a, b or c')
  expect(
    hint(
      'xyz',
      Array.from({ length: 13 }, (_, i) => `field${i}`),
    ),
  ).toBe('no name here is like it')
})

it.each([
  ['0s', 0],
  ['250ms', 250],
  ['90s', 90_000],
  ['5m', 300_000],
  ['1h', 3_600_000],
  ['7d', 604_800_000],
])('%s is %i ms', (text, ms) => {
  expect(durationMs(text)).toBe(ms)
})

it.each(['', '5', 's', '-1s', '1.5h', '1 h', '1H', '1e3s', '9999999999s'])('"%s" is no duration', (text) => {
  expect(durationMs(text)).toBeUndefined()
})
