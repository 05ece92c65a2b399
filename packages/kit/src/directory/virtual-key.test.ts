import fc from 'fast-check'
import { expect, it } from 'vitest'
import { mintVirtualKey, parseVirtualKey, VIRTUAL_KEY_PATTERN } from './virtual-key.ts'

const minted = fc.constant(null).map(() => mintVirtualKey())
const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

it('a minted key has a public id, a secret of its own and nothing that needs escaping', () => {
  const { id, secret } = mintVirtualKey()
  expect(secret).toMatch(/^tg-[0-9A-Za-z]{12}-[0-9A-Za-z]{32}$/)
  expect(secret.startsWith(`tg-${id}-`)).toBe(true)
  expect(encodeURIComponent(secret)).toBe(secret)
  expect(parseVirtualKey(secret)).toEqual({ id })
})

it('a known key keeps its checksum from version to version', () => {
  // CRC-32 of the first 42 characters is 1237478129 (Python's zlib says so too), `1LkKaf` in base 62.
  const known = 'tg-0Az9Bz8Cx7Dw-0123456789ABCDEFGHIJKLMNOP1LkKaf'
  expect(parseVirtualKey(known)).toEqual({ id: '0Az9Bz8Cx7Dw' })
})

it('a scanner finds a key in the middle of other text', () => {
  const { secret } = mintVirtualKey()
  const log = `Authorization: Bearer ${secret}, next line`
  expect(log.match(new RegExp(VIRTUAL_KEY_PATTERN))?.[0]).toBe(secret)
})

it('a thousand keys share neither an id nor a secret, and use every digit', () => {
  const keys = Array.from({ length: 1000 }, mintVirtualKey)
  expect(new Set(keys.map(({ id }) => id)).size).toBe(1000)
  expect(new Set(keys.map(({ secret }) => secret.slice(16, 42))).size).toBe(1000)
  const digits = new Set(keys.flatMap(({ secret }) => [...secret.slice(16, 42)]))
  expect([...digits].sort().join('')).toBe(base62)
})

it('no typo of one bit is taken for a key', () => {
  const { secret } = mintVirtualKey()
  const bytes = Buffer.from(secret)
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const typo = Buffer.from(bytes)
    typo[bit >> 3]! ^= 1 << (bit & 7)
    expect(parseVirtualKey(typo.toString('latin1')), typo.toString('latin1')).toBeUndefined()
  }
})

it('no wrong character, swapped pair, missing or doubled character is taken for a key', () => {
  const place = fc.nat({ max: 47 })
  fc.assert(
    fc.property(minted, place, fc.constantFrom(...base62, '-', '_'), ({ secret }, at, character) => {
      const swapped = secret.slice(0, at) + (secret[at + 1] ?? '') + secret[at] + secret.slice(at + 2)
      const typos = [
        secret.slice(0, at) + character + secret.slice(at + 1),
        swapped,
        secret.slice(0, at) + secret.slice(at + 1),
        secret.slice(0, at) + secret[at] + secret.slice(at),
      ]
      for (const typo of typos) if (typo !== secret) expect(parseVirtualKey(typo), typo).toBeUndefined()
    }),
  )
})

it('other text is no key', () => {
  const { secret } = mintVirtualKey()
  const others = [
    '',
    'tg-',
    'sk-proj-abc',
    secret.toLowerCase(),
    secret.toUpperCase(),
    ` ${secret}`,
    `${secret} `,
    `${secret}\n`,
    secret.replace('tg-', 'tg_'),
    secret.slice(0, -6),
    secret + secret,
  ]
  for (const text of others) expect(parseVirtualKey(text), JSON.stringify(text)).toBeUndefined()
})

it('random text is no key', () => {
  fc.assert(fc.property(fc.string(), (text) => parseVirtualKey(text) === undefined))
  fc.assert(
    fc.property(
      fc.stringMatching(new RegExp(`^${VIRTUAL_KEY_PATTERN}$`)),
      (text) => parseVirtualKey(text) === undefined,
    ),
  )
})
