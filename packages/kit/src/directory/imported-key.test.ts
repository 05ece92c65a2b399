import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { importedKeyHasher } from './imported-key.ts'
import { keyHasher } from './key-hash.ts'
import { mintVirtualKey } from './virtual-key.ts'

const master = 'a master key of thirty-two bytes or more'
const hasher = importedKeyHasher(master)
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const deployed = 'sk-1234567890abcdefghijkl'

it('a key is recognised by what was kept of its digest, and no other is', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (key, other) => {
      fc.pre(!key.startsWith('tg-') && key !== other)
      const record = hasher.ofDigest(sha256(key))
      expect(hasher.lookup(key)).toBe(record.lookup)
      expect(hasher.matches(key, record)).toBe(true)
      expect(hasher.matches(key, record)).toBe(true)
      expect(hasher.matches(other, record)).toBe(false)
    }),
  )
})

it('whoever has the digest has no key: not as it is, and not by way of either hash', () => {
  const digest = sha256(deployed)
  const record = hasher.ofDigest(digest)
  for (const each of [hasher, keyHasher(master)]) {
    expect(each.lookup(digest)).not.toBe(record.lookup)
    expect(each.matches(digest, record)).toBe(false)
  }
  expect(keyHasher(master).matches(deployed, record)).toBe(false)
})

it('neither the digest nor the key is in what is kept', () => {
  const { lookup, hash } = hasher.ofDigest(sha256(deployed))
  expect(lookup).toMatch(/^i_[A-Za-z0-9_-]{16}$/)
  for (const form of ['hex', 'base64url', 'latin1'] as const) {
    const kept = lookup + Buffer.from(hash).toString(form)
    for (const part of [deployed, sha256(deployed).slice(0, 16)]) expect(kept).not.toContain(part)
  }
  expect(importedKeyHasher(`${master}!`).ofDigest(sha256(deployed)).lookup).not.toBe(lookup)
})

it('keys of our own, and what nobody could present, are none of it', () => {
  for (const text of [mintVirtualKey().secret, 'tg-typo', '', 'x'.repeat(513)])
    expect(hasher.lookup(text)).toBeUndefined()
  for (const text of ['', 'sk-1234', sha256('a').toUpperCase(), `${sha256('a')}0`])
    expect(() => hasher.ofDigest(text)).toThrow('64 hexadecimal digits')
})
