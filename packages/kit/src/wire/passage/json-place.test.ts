import fc from 'fast-check'
import { expect, it } from 'vitest'
import { jsonPlace } from './json-place.ts'

function at(names: readonly string[], text: string, size = text.length): unknown {
  const place = jsonPlace(names)
  const bytes = Buffer.from(text)
  for (let from = 0; from < bytes.length; from += size) place.push(bytes.subarray(from, from + size))
  return place.value()
}

const key = fc.constantFrom('a', 'b', '0', '1', 'é"\\', '__proto__')
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<unknown>(null, true, 1.5, -2e-7, '', 'x"]},:', 'ü\\'),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 3 }),
  ),
}))

function expected(value: unknown, names: readonly string[]): unknown {
  const found = names.reduce<unknown>(
    (of, name) =>
      typeof of === 'object' && of !== null && Object.hasOwn(of, name) ? of[name as never] : undefined,
    value,
  )
  return typeof found === 'object' && found !== null ? undefined : found
}

it('finds what a parser finds, however it is cut and spaced', () => {
  fc.assert(
    fc.property(
      tree,
      fc.array(key, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom(0, 2),
      (value, names, size, space) => {
        const text = JSON.stringify(value, undefined, space)
        expect(at(names, text, size)).toEqual(expected(JSON.parse(text), names))
      },
    ),
    { numRuns: 2_000 },
  )
})

it.each<[string, unknown]>([
  ['{"a":{"b":1},"a":{"b":2}}', 2],
  ['{"a":{"b":1},"a":{}}', undefined],
  ['{"a":{"b":1},"a":3}', undefined],
  ['{"a":{"b":{"b":1}}}', undefined],
  ['{"c":{"a":{"b":1}}}', undefined],
  ['{"a":{"\\u0062":7}}', 7],
])('and of what stands twice the last: %s', (text, value) => {
  expect(at(['a', 'b'], text)).toBe(value)
})
