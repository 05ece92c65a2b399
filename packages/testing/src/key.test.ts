import { keyHasher, keyPrincipal } from '@tollgate/kit/directory'
import { expect, it } from 'vitest'
import { TEST_MASTER_KEY, testDirectory, testKey } from './key.ts'

it('mints a key that a directory finds by its text', () => {
  const hasher = keyHasher(TEST_MASTER_KEY)
  const key = testKey({ team: 'marketing', user: 'ada' })
  const found = testDirectory(testKey(), key).findKey(hasher.lookup(key.secret)!)
  expect(hasher.matches(key.secret, found)).toBe(true)
  expect(keyPrincipal(found!)).toEqual({ org: 'test', team: 'marketing', user: 'ada', key: key.id })
  expect(key.authorization).toBe(`Bearer ${key.secret}`)
  expect(key.account).toBe(`key:${key.id}`)
})

it('does not find a key that was not put in', () => {
  const hasher = keyHasher(TEST_MASTER_KEY)
  expect(testDirectory(testKey()).findKey(hasher.lookup(testKey().secret)!)).toBeUndefined()
})
