import fc from 'fast-check'
import { expect, it } from 'vitest'
import { issueKey, keyRecord } from './issue-key.ts'
import { keyHasher } from './key-hash.ts'
import { keyIsLive, keyPrincipal } from './key-record.ts'
import { parseVirtualKey } from './virtual-key.ts'

const hasher = keyHasher('a master key of thirty-two bytes or more')
const clock = { now: () => 1_000 }
const opaque = 'sk-a-key-that-was-made-somewhere-else'

it('an issued key is recognised by its record, which does not hold its text', () => {
  const { record, secret } = issueKey({ hasher, clock, org: 'acme', team: 'marketing' })
  const { id } = parseVirtualKey(secret)!
  expect(record).toEqual({
    id,
    lookup: id,
    hash: hasher.hash(secret),
    org: 'acme',
    team: 'marketing',
    createdAtMs: 1_000,
  })
  expect(hasher.matches(secret, record)).toBe(true)
  const text = JSON.stringify({ ...record, hash: Buffer.from(record.hash).toString('latin1') })
  expect(text).not.toContain(secret.slice(16, 42))
})

it('a key may have a name that people know', () => {
  const { record, secret } = issueKey({ hasher, clock, id: 'demo', org: 'acme' })
  expect(record.id).toBe('demo')
  expect(record.lookup).toBe(parseVirtualKey(secret)!.id)
})

it('the record of an opaque key carries its fields and no hasher, clock or secret', () => {
  const record = keyRecord({
    hasher,
    clock,
    secret: opaque,
    id: 'demo',
    org: 'acme',
    tags: { feature: 'search' },
  })
  expect(Object.keys(record).sort()).toEqual(['createdAtMs', 'hash', 'id', 'lookup', 'org', 'tags'])
  expect(hasher.matches(opaque, record)).toBe(true)
})

it('a text that nobody could present makes no record, and is not repeated', () => {
  const typo = 'tg-0Az9Bz8Cx7Dw-0123456789ABCDEFGHIJKLMNOP1LkKag'
  const make = () => keyRecord({ hasher, secret: typo, org: 'acme' })
  expect(make).toThrow('the secret of a key is empty, too long, or a tg-… key with a typo')
})

it('a key lives until its expiry or its revoke, whichever comes first', () => {
  expect(keyIsLive({}, 5)).toBe(true)
  expect(keyIsLive({ expiresAtMs: 5 }, 4)).toBe(true)
  expect(keyIsLive({ expiresAtMs: 5 }, 5)).toBe(false)
  expect(keyIsLive({ revokedAtMs: 5 }, 4)).toBe(false)
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.nat(), (expiresAtMs, nowMs, laterMs) => {
      const dead = !keyIsLive({ expiresAtMs }, nowMs)
      if (dead) expect(keyIsLive({ expiresAtMs }, nowMs + laterMs)).toBe(false)
    }),
  )
})

it('the principal has what the record says, and no label', () => {
  const { record } = issueKey({
    hasher,
    id: 'demo',
    org: 'acme',
    team: 'm',
    user: 'ada',
    label: 'laptop',
    tags: { a: 'b' },
  })
  expect(keyPrincipal(record)).toEqual({ org: 'acme', team: 'm', user: 'ada', key: 'demo', tags: { a: 'b' } })
  expect(keyPrincipal(issueKey({ hasher, id: 'bare', org: 'acme' }).record)).toEqual({
    org: 'acme',
    key: 'bare',
  })
})
