import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scanFields, spliceFields } from './json-fields.ts'

/** A JSON object as text, with white space that JSON.stringify does not make. */
const objectText = fc
  .tuple(
    fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 8 }),
    fc.constantFrom(undefined, 1, '\t', ' \r\n '),
  )
  .map(([object, space]) => ({ object, text: JSON.stringify(object, null, space) }))

describe('scanFields', () => {
  it('finds every top-level field of any object, as JSON.parse reads it', () => {
    fc.assert(
      fc.property(objectText, ({ text }) => {
        const { spans, duplicates } = scanFields(text)
        const parsed = JSON.parse(text) as Record<string, unknown>
        expect([...spans.keys()].sort()).toEqual(Object.keys(parsed).sort())
        for (const [name, { start, end }] of spans) {
          expect(JSON.parse(text.slice(start, end))).toEqual(parsed[name])
        }
        expect(duplicates.size).toBe(0)
      }),
      { numRuns: 1000 },
    )
  })

  it('sees duplicates, however they are spelt', () => {
    expect([...scanFields('{"model":"a","n":1,"model":"b"}').duplicates]).toEqual(['model'])
    expect([...scanFields('{"model":"a","mod\\u0065l":"b"}').duplicates]).toEqual(['model'])
    expect([...scanFields('{"a":{"model":1},"model":"b","b":["model"]}').duplicates]).toEqual([])
  })

  it('is not misled by braces, quotes and escapes inside strings', () => {
    const text = '{"a":"}\\"{[","b\\\\":"\\\\","c":[{"d":"]"}]}'
    const { spans, end } = scanFields(text)
    expect([...spans.keys()]).toEqual(['a', 'b\\', 'c'])
    expect(end).toBe(text.length - 1)
  })
})

describe('spliceFields', () => {
  it('changes what it is told to, and not a byte besides', () => {
    const text = '{ "model" : "a",\n  "n":1 , "messages":["x"] }'
    const edits = { n: 2, model: 'b' }
    expect(spliceFields(text, scanFields(text), Object.entries(edits))).toBe(
      '{ "model" : "b",\n  "n":2 , "messages":["x"] }',
    )
  })

  it('adds what was not there, to an empty object too', () => {
    expect(spliceFields('{}', scanFields('{}'), [['n', 2]])).toBe('{"n":2}')
    expect(spliceFields('{"a":1}', scanFields('{"a":1}'), [['n', 2]])).toBe('{"a":1,"n":2}')
  })

  it('takes fields out, and leaves the others their bytes', () => {
    const text = '{ "model" : "a", "n":1.50 , "stream":true }'
    const splice = (...edits: [string, unknown][]) => spliceFields(text, scanFields(text), edits)
    expect(splice(['model', undefined], ['cap', 5])).toBe('{"n":1.50,"stream":true,"cap":5}')
    expect(splice(['model', undefined], ['n', undefined], ['stream', undefined])).toBe('{}')
    expect(splice(['absent', undefined])).toBe(text)
  })

  it('is read back by JSON.parse as the object with those fields', () => {
    const fieldsOf = (json: string) => new Map(Object.entries(JSON.parse(json) as object))
    fc.assert(
      fc.property(objectText, objectText, ({ text }, { text: changes }) => {
        const spliced = spliceFields(text, scanFields(text), [...fieldsOf(changes)])
        expect(fieldsOf(spliced)).toEqual(new Map([...fieldsOf(text), ...fieldsOf(changes)]))
      }),
      { numRuns: 500 },
    )
  })
})
