import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Seal } from './part.ts'
import { unwrapSeal, wrapSeal } from './wrapped-seal.ts'

const maybe = <Name extends string>(name: Name, text: fc.Arbitrary<string>) =>
  fc
    .option(text, { nil: undefined })
    .map((value) => (value === undefined ? {} : ({ [name]: value } as Record<Name, string>)))

const seals: fc.Arbitrary<Seal> = fc
  .tuple(
    fc.constantFrom<Seal['from']>('chat', 'responses', 'messages', 'generate', 'converse'),
    fc.string({ unit: 'binary' }),
    maybe('kind', fc.stringMatching(/^[a-z_]{1,12}$/)),
    maybe('id', fc.string({ minLength: 1 })),
    maybe('by', fc.string({ minLength: 1, unit: 'grapheme' })),
  )
  .map(([from, value, kind, id, by]) => ({ from, value, ...kind, ...id, ...by }))

describe('a wrapped seal', () => {
  it('has one form, which clients already hold in their histories', () => {
    expect(wrapSeal({ from: 'messages', value: 'EqQB:x==', kind: 'redacted' })).toBe(
      'tollgate:messages:redacted::EqQB:x==',
    )
    expect(wrapSeal({ from: 'responses', value: 'gAAA', id: 'rs_1' })).toBe(
      'tollgate:responses:-:cnNfMQ:gAAA',
    )
    expect(wrapSeal({ from: 'chat', value: '{}', kind: 'detail', by: 'our:router' })).toBe(
      'tollgate:chat@b3VyOnJvdXRlcg:detail::{}',
    )
  })

  it('comes back as it was', () => {
    fc.assert(
      fc.property(seals, (seal) => {
        expect(unwrapSeal(wrapSeal(seal), 'chat')).toEqual(seal)
      }),
    )
  })

  it('is told from a seal of the dialect that its field belongs to', () => {
    expect(unwrapSeal('EqQBCkYIBxgC', 'messages')).toEqual({ from: 'messages', value: 'EqQBCkYIBxgC' })
    expect(unwrapSeal('tollgate:elsewhere:-::x', 'generate')).toEqual({
      from: 'generate',
      value: 'tollgate:elsewhere:-::x',
    })
  })
})
