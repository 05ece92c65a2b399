import { expect, it } from 'vitest'
import { nanoUsd } from '../core/money.ts'
import { comesFromScope, scopesFault } from './scopes.ts'

const from = (address?: string, origin?: string) => ({ address, origin })

it.each([
  ['10.1.2.3', true],
  ['::ffff:10.1.2.3', true],
  ['11.1.2.3', false],
  ['192.0.2.7', true],
  ['192.0.2.8', false],
  ['2001:db8:1::1', true],
  ['2001:db9::1', false],
  ['nonsense', false],
  [undefined, false],
])('a key of networks may be used from %s: %s', (address, may) => {
  const scopes = { addresses: ['10.0.0.0/8', '192.0.2.7', '2001:db8::/32'] }
  expect(comesFromScope(scopes, from(address))).toBe(may)
})

it('a key of origins may be used by pages of these, and by nobody who says no origin', () => {
  const scopes = { origins: ['https://app.example.com'] }
  expect(comesFromScope(scopes, from('192.0.2.1', 'https://app.example.com'))).toBe(true)
  expect(comesFromScope(scopes, from('192.0.2.1', 'https://app.example.com.evil.org'))).toBe(false)
  expect(comesFromScope(scopes, from('192.0.2.1', 'null'))).toBe(false)
  expect(comesFromScope(scopes, from('192.0.2.1'))).toBe(false)
})

it('all scopes must hold, and a key without any may be used from anywhere', () => {
  const scopes = { addresses: ['10.0.0.0/8'], origins: ['https://app.example.com'] }
  expect(comesFromScope(scopes, from('10.0.0.1', 'https://app.example.com'))).toBe(true)
  expect(comesFromScope(scopes, from('10.0.0.1'))).toBe(false)
  expect(comesFromScope(scopes, from('11.0.0.1', 'https://app.example.com'))).toBe(false)
  expect(comesFromScope({ models: ['*'] }, from())).toBe(true)
  expect(comesFromScope(undefined, from())).toBe(true)
})

it.each([
  [{ addresses: ['10.0.0.0/33'] }, '10.0.0.0/33 is no address'],
  [{ addresses: ['2001:db8::/129'] }, 'no network'],
  [{ addresses: ['fe80::1%eth0'] }, 'no network'],
  [{ addresses: ['10.0.0.0/8/8'] }, 'no network'],
  [{ origins: ['app.example.com'] }, 'is no origin'],
  [{ models: [] }, 'models has 1 to 100 texts'],
  [{ endpoints: [''] }, 'endpoints has 1 to 100 texts'],
  [{ maxCostNanoUsd: 0.5 }, 'a whole number of nano-USD'],
  [{ adresses: ['10.0.0.0/8'] }, 'there is no scope adresses'],
])('says what is wrong with %j', (scopes, fault) => {
  expect(scopesFault(scopes as object)).toContain(fault)
})

it('finds nothing wrong with scopes that can be kept', () => {
  expect(scopesFault({})).toBeUndefined()
  const maxCostNanoUsd = nanoUsd(1)
  const origins = ['https://app.example.com', 'http://localhost:3000']
  expect(scopesFault({ addresses: ['::1', '10.0.0.0/8'], origins, maxCostNanoUsd })).toBeUndefined()
})
