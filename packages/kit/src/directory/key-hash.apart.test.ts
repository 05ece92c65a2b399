import { timingSafeEqual } from 'node:crypto'
import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import { keyHasher } from './key-hash.ts'
import { mintVirtualKey } from './virtual-key.ts'

vi.mock('node:crypto', async (original) => {
  const crypto = await original<typeof import('node:crypto')>()
  return { ...crypto, timingSafeEqual: vi.fn(crypto.timingSafeEqual) }
})

const master = 'a master key of thirty-two bytes or more'
const hasher = keyHasher(master)
const opaque = 'sk-a-key-that-was-made-somewhere-else'

it('a master key under 32 bytes is refused, by its bytes', () => {
  expect(() => keyHasher('x'.repeat(31))).toThrow('the master key must have at least 32 bytes')
  expect(() => keyHasher(Buffer.alloc(31))).toThrow(RangeError)
  expect(() => keyHasher('é'.repeat(16))).not.toThrow()
})

it('the hash depends on the text and on the master key, and is the same in every process', () => {
  const hash = hasher.hash(opaque)
  expect(hash).toHaveLength(32)
  expect(keyHasher(Buffer.from(master)).hash(opaque)).toEqual(hash)
  expect(keyHasher(`${master}!`).hash(opaque)).not.toEqual(hash)
  expect(hasher.hash(`${opaque}!`)).not.toEqual(hash)
  // Reckoned apart (RFC 5869, RFC 2104): another result would lock out every key of an existing directory.
  expect(hash.toString('hex')).toBe('ea7e3929550d51a7113115f9d321f1253cda4357dd65f0d417236af16bc08e3d')
})

it('a tg- key is looked up by its public id, any other by a handle from its hash', () => {
  const { id, secret } = mintVirtualKey()
  expect(hasher.lookup(secret)).toBe(id)
  const handle = hasher.lookup(opaque)!
  expect(handle).toMatch(/^h_[A-Za-z0-9_-]{16}$/)
  expect(hasher.hash(opaque).toString('base64url').startsWith(handle.slice(2))).toBe(true)
  expect(keyHasher(`${master}!`).lookup(opaque)).not.toBe(handle)
})

it('what no directory can hold has no handle: a typo, nothing, too much', () => {
  const { secret } = mintVirtualKey()
  const typo = secret.slice(0, -1) + (secret.endsWith('0') ? '1' : '0')
  for (const text of [typo, 'tg-', 'tg-demo', '', 'x'.repeat(513)])
    expect(hasher.lookup(text)).toBeUndefined()
  expect(hasher.lookup('x'.repeat(512))).toBeDefined()
})

it('neither hash nor handle gives the secret away', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 8, maxLength: 200 }), (text) => {
      const shown = [
        hasher.hash(text).toString('latin1'),
        hasher.hash(text).toString('base64url'),
        hasher.lookup(text) ?? '',
      ]
      for (const form of shown) expect(form).not.toContain(text)
    }),
  )
  const { secret } = mintVirtualKey()
  expect(hasher.lookup(secret)).not.toContain(secret.slice(16, 42))
})

it('a key matches its own record and no other', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => {
      expect(hasher.matches(one, { hash: hasher.hash(one) })).toBe(true)
      expect(hasher.matches(one, { hash: hasher.hash(other) })).toBe(one === other)
    }),
  )
})

it('a key with the right public id and a wrong secret does not match', () => {
  const { secret } = mintVirtualKey()
  const forged = secret.slice(0, 16) + mintVirtualKey().secret.slice(16)
  expect(hasher.matches(forged, { hash: hasher.hash(secret) })).toBe(false)
})

it('without a record there are the same compares, and never a match', () => {
  const compared = vi.mocked(timingSafeEqual)
  for (const record of [{ hash: hasher.hash('another key') }, undefined]) {
    compared.mockClear()
    expect(hasher.matches(opaque, record)).toBe(false)
    const sizes = compared.mock.calls.map((sides) => sides.map((bytes) => bytes.byteLength))
    expect(sizes).toEqual([
      [32, 32],
      [32, 32],
    ])
  }
})

it('a key that has matched its record still matches it, and no other key does', () => {
  const record = { hash: hasher.hash(opaque) }
  for (const presented of [opaque, 'another key', opaque]) {
    expect(hasher.matches(presented, record)).toBe(presented === opaque)
  }
  expect(hasher.matches(opaque, { hash: hasher.hash('another key') })).toBe(false)
})
