import { expect, it } from 'vitest'
import { namesCommand, runnable } from './runnable.ts'

it.each([
  [
    'open them with `tollgate ledger init`, or not',
    'open them with `tollgate ledger init --config a.yaml`, or not',
  ],
  [
    '`tollgate a`, `tollgate b --org c`',
    '`tollgate a --config a.yaml`, `tollgate b --org c --config a.yaml`',
  ],
  ['`tollgate a --config b.yaml`', '`tollgate a --config b.yaml`'],
  ['a tollgate of `another` kind', 'a tollgate of `another` kind'],
])('%s', (text, expected) => {
  expect(runnable(text, 'a.yaml')).toBe(expected)
  expect(runnable(text, undefined)).toBe(text)
})

it('quotes a name that a shell would take apart', () => {
  expect(runnable('`tollgate a`', "my 'own'.yaml")).toBe("`tollgate a --config 'my '\\''own'\\''.yaml'`")
})

it('tells a text that names a command from one that names none', () => {
  expect(namesCommand('open them with `tollgate ledger init`')).toBe(true)
  expect(namesCommand('open them with `tollgate ledger init`')).toBe(true)
  expect(namesCommand('Redis has not answered')).toBe(false)
})
