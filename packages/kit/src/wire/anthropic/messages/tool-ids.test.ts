import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeToolId, encodeToolId } from './tool-ids.ts'

it('leaves ids that Anthropic takes as they are', () => {
  expect(encodeToolId('toolu_01A09q90qw90lq917835lq9')).toBe('toolu_01A09q90qw90lq917835lq9')
  expect(decodeToolId('call_abc-1')).toBe('call_abc-1')
})

it('decodes whatever it has encoded, into what Anthropic takes', () => {
  const ids = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ maxLength: 8 }).map((it) => `tgid_${it}`),
  )
  fc.assert(
    fc.property(ids, (id) => {
      const encoded = encodeToolId(id)
      expect(encoded).toMatch(/^[A-Za-z0-9_-]+$/)
      expect(decodeToolId(encoded)).toBe(id)
    }),
  )
})

it('takes no other id of that look for its own', () => {
  expect(decodeToolId('tgid_weather')).toBe('tgid_weather')
})
