import fc from 'fast-check'
import { expect, it } from 'vitest'
import { mergePatch } from './merge.ts'

/** The examples of the RFC's appendix that are about objects: https://www.rfc-editor.org/rfc/rfc7396#appendix-A */
it.each([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])('%j and %j make %j', (target, patch, merged) => {
  expect(mergePatch(target, patch)).toEqual(merged)
})

it('is done once, however often', () => {
  const objects = fc.dictionary(fc.string(), fc.jsonValue())
  fc.assert(
    fc.property(objects, objects, (target, patch) => {
      const once = mergePatch(target, patch as Record<string, unknown>)
      expect(mergePatch(once, patch as Record<string, unknown>)).toEqual(once)
    }),
  )
})

it('makes no prototype of a name', () => {
  const merged = mergePatch({}, JSON.parse('{"__proto__":{"role":"admin"}}'))
  expect((merged as { role?: string }).role).toBeUndefined()
  expect(({} as { role?: string }).role).toBeUndefined()
})
