import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonical, fieldsIn } from './canonical.ts'

describe('a canonical text', () => {
  it('is the same for every spelling of a value, and says the same', () => {
    const spelt = '{ "b" : [1, 2.50, -0, 1e2],\n"a":{"\\u0061":"\\u00e9\\/", "z":null} }'
    const other = '{"a":{"z":null,"a":"é/"},"b":[1,2.5,0,100]}'
    expect(canonical(JSON.parse(spelt)).text).toBe(canonical(JSON.parse(other)).text)
    expect(JSON.parse(canonical(JSON.parse(spelt)).text)).toEqual(JSON.parse(other))
  })

  it('tells any two values apart', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const isSame = canonical(one).text === canonical(other).text
        const equal = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other))
        expect(isSame).toBe(equal)
      }),
    )
  })

  it('notices numbers that a double does not hold', () => {
    expect(canonical(JSON.parse('{"id":9007199254740991}')).rounded).toBe(false)
    for (const id of ['9007199254740993', '-9007199254740993', '1e300'])
      expect(canonical(JSON.parse(`{"id":[${id}]}`)).rounded).toBe(true)
  })
})

describe('the fields of a text', () => {
  it('are as many as its objects have, wherever they stand and however they are written', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t'), (value, space) => {
        expect(fieldsIn(JSON.stringify(value, null, space))).toBe(canonical(value).fields)
      }),
    )
  })

  it('are more where one is given twice', () => {
    for (const text of [
      '{"a":1,"a":2}',
      '{"m":[{"role":"user","content":"A","content":"B"}]}',
      '{"a":1,"\\u0061":2}',
    ])
      expect(fieldsIn(text)).toBe(canonical(JSON.parse(text)).fields + 1)
  })
})

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  // An object, and no list: an empty one of each is not the same.
  return { fields: fields.map(([name, field]) => [name, sorted(field)]) }
}
