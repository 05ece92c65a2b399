import { expect, it } from 'vitest'
import { sinceMsOf } from './since.ts'

const now = Date.parse('2026-11-21T12:00:00Z')

it.each([
  ['7d', '2026-11-14T12:00:00Z'],
  ['90m', '2026-11-21T10:30:00Z'],
  ['2026-11-01', '2026-11-01T00:00:00Z'],
  ['2026-11-01T08:00:00+02:00', '2026-11-01T06:00:00Z'],
])('%s is %s', (text, at) => {
  expect(sinceMsOf(text, now)).toBe(Date.parse(at))
})

it.each(['', 'yesterday', '7', '7 d', '-7d', '2026-13-01', '2026-11-01T08:00'])('%s is no time', (text) => {
  expect(sinceMsOf(text, now)).toBeUndefined()
})
