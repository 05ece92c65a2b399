import { describe, expect, it } from 'vitest'
import { addressSet } from './address-set.ts'

describe('a set of addresses', () => {
  const set = addressSet(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32'])

  it.each(['10.1.2.3', '::ffff:10.1.2.3', '192.0.2.7', '2001:db8:1::1'])('has %s', (address) => {
    expect(set.has(address)).toBe(true)
  })

  it.each([undefined, '', '11.0.0.1', '192.0.2.8', '2001:db9::1', '::ffff:11.0.0.1', 'localhost'])(
    'has no %s',
    (address) => {
      expect(set.has(address)).toBe(false)
    },
  )

  it.each(['10.0.0.0/33', '10.0.0.0/', '10.0.0/8', 'fe80::1%eth0', 'localhost', '', '1.2.3.4/8/8'])(
    'is not made of %j',
    (text) => {
      expect(() => addressSet([text])).toThrow('is no address and no network')
    },
  )
})
