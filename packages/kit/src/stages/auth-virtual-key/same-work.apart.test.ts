import type { IncomingMessage } from 'node:http'
import { expect, it, vi } from 'vitest'
import { keyHasher } from '../../directory/key-hash.ts'
import type { KeyRecord } from '../../directory/key-record.ts'
import { staticDirectory } from '../../directory/static-directory.ts'
import { mintVirtualKey } from '../../directory/virtual-key.ts'
import { authenticatorChain } from '../../identity/chain.ts'
import { jwtAuthenticator } from '../../identity/jwt/jwt-authenticator.ts'
import { failureThrottle } from '../../identity/throttle.ts'
import { virtualKeyAuthenticator } from './virtual-key-authenticator.ts'

/** What costs time on the way of a key, and how often it was done. */
const work = vi.hoisted(() => ({ hash: 0, createHmac: 0, timingSafeEqual: 0, findKey: 0 }))

vi.mock('node:crypto', async (original) => {
  const real = await original<typeof import('node:crypto')>()
  const counted = (name: 'hash' | 'createHmac' | 'timingSafeEqual') => {
    const done = real[name] as (...args: unknown[]) => unknown
    return (...args: unknown[]) => {
      work[name] += 1
      return done(...args)
    }
  }
  return {
    ...real,
    hash: counted('hash'),
    createHmac: counted('createHmac'),
    timingSafeEqual: counted('timingSafeEqual'),
  }
})

const masterKey = 'a master key of thirty-two bytes or more'
const hasher = keyHasher(masterKey)

/** A directory that knows the id of a key, and another secret of it. */
function knowing(secret: string, extra: Partial<KeyRecord> = {}) {
  const lookup = hasher.lookup(secret)!
  const hash = hasher.hash(mintVirtualKey().secret)
  return staticDirectory([{ id: lookup, lookup, hash, org: 'acme', createdAtMs: 0, ...extra }])
}

/** What a chain does to refuse a key, whoever may have it. */
function workFor(secret: string, directory = staticDirectory([])) {
  const counted = {
    ...directory,
    findKey(lookup: string) {
      work.findKey += 1
      return directory.findKey(lookup)
    },
  }
  const authenticate = authenticatorChain(
    [
      jwtAuthenticator({
        issuers: [{ issuer: 'https://login.acme.example', audience: 'tollgate' }],
      }),
      virtualKeyAuthenticator({ directory: counted, masterKey }),
    ],
    { throttle: failureThrottle() },
  )
  const headers = { authorization: `Bearer ${secret}` }
  const req = { url: '/', headers, rawHeaders: Object.entries(headers).flat(), socket: {} }
  for (const name of Object.keys(work) as (keyof typeof work)[]) work[name] = 0
  expect(() => authenticate(req as unknown as IncomingMessage)).toThrow('This credential is not valid.')
  return { ...work }
}

it('a key with a wrong secret is as much work to refuse as one that there is not: time does not tell', () => {
  const { secret } = mintVirtualKey()
  const unknown = workFor(secret)
  expect(unknown).toMatchObject({ findKey: 1, timingSafeEqual: 2 })
  expect(workFor(secret, knowing(secret))).toEqual(unknown)
  expect(workFor(secret, knowing(secret, { revokedAtMs: 1 }))).toEqual(unknown)
  expect(workFor(secret, knowing(secret, { expiresAtMs: 1 }))).toEqual(unknown)
})
