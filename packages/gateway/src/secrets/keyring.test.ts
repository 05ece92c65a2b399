import fc from 'fast-check'
import { expect, it } from 'vitest'
import { keyring, sealedWith } from './keyring.ts'

const OLD = 'the-key-of-last-year-is-thirty-two-bytes'
const NEW = 'the-key-of-this-year-is-thirty-two-bytes'
const place = { org: 'acme', name: 'openai' }
const ring = keyring([NEW])

it('any text that was sealed is opened again, in its place', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), fc.string(), (text, org, name) => {
      const sealed = ring.seal(text, { org, name })
      // Half of a pair of UTF-16 units is no text, and no header could hold it.
      const kept = Buffer.from(text).toString()
      expect(keyring([NEW]).open(sealed, { org, name })).toEqual({ status: 'open', text: kept })
    }),
  )
})

it('the same text is sealed to another one each time, which shows nothing of it', () => {
  const sealed = Array.from({ length: 1000 }, () => ring.seal('sk-proj-secret', place))
  expect(new Set(sealed.map((each) => each.split('.')[2])).size).toBe(1000)
  for (const each of sealed) expect(Buffer.from(each).toString()).not.toContain('secret')
})

it('is opened for no other org and no other provider', () => {
  const sealed = ring.seal('sk-proj-secret', place)
  for (const elsewhere of [
    { org: 'globex', name: 'openai' },
    { org: 'acme', name: 'openai2' },
    { org: 'acme","openai', name: '' },
  ])
    expect(ring.open(sealed, elsewhere)).toEqual({ status: 'tampered' })
})

it('is not opened once a single character of it has changed', () => {
  const sealed = ring.seal('sk-proj-secret', place)
  for (let at = 0; at < sealed.length; at++) {
    const other = sealed[at] === 'A' ? 'B' : 'A'
    const changed = sealed.slice(0, at) + other + sealed.slice(at + 1)
    expect(['tampered', 'unknown_key'], changed).toContain(ring.open(changed, place).status)
  }
  for (const text of ['', 'v1...', 'sk-proj-secret', `${sealed}.`, sealed.slice(0, 40)])
    expect(ring.open(text, place).status).toBe('tampered')
})

it('keys that came before can open and do not seal; those that are gone can do neither', () => {
  const sealed = keyring([OLD]).seal('sk-proj-secret', place)
  const both = keyring([NEW, OLD])
  expect(both.open(sealed, place)).toEqual({ status: 'open', text: 'sk-proj-secret' })
  expect(sealedWith(both.seal('again', place))).toBe(both.current)
  expect(both.current).toBe(ring.current)
  expect(ring.open(sealed, place)).toEqual({ status: 'unknown_key' })
})

it('has a key', () => {
  expect(() => keyring([])).toThrow('at least one key')
})
