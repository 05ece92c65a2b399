import type { IncomingMessage } from 'node:http'
import { expect, it, vi } from 'vitest'
import type { Authenticator } from './authenticator.ts'
import { authenticatorChain } from './chain.ts'
import { failureThrottle } from './throttle.ts'
import type { Verdict } from './verdict.ts'

const ADA = { org: 'acme', user: 'ada' }

const asking = (headers: Record<string, string> = {}) =>
  ({
    url: '/v1/chat/completions',
    headers,
    rawHeaders: Object.entries(headers).flat(),
    socket: { remoteAddress: '203.0.113.9' },
  }) as unknown as IncomingMessage

/** Recognises what begins with its name, and takes what ends in `good`. */
function taking(name: string, later = false): Authenticator {
  return {
    name,
    asksFor: `a ${name}`,
    carriedBy: 'header',
    recognise: ({ bearer }) => (bearer?.startsWith(name) ? bearer : undefined),
    judge: vi.fn((credential: string) => {
      const verdict: Verdict = credential.endsWith('good') ? { ...ADA, team: name } : { refused: 'bad' }
      return later ? Promise.resolve(verdict) : verdict
    }),
  }
}

const everything: Authenticator = { ...taking('any'), recognise: ({ bearer }) => bearer, judge: () => ADA }

it('asks the first that recognises the credential, and nobody after it', () => {
  const [first, second] = [taking('token'), taking('key')]
  const authenticate = authenticatorChain([first, second])
  expect(authenticate(asking({ authorization: 'Bearer key-good' }))).toEqual({ ...ADA, team: 'key' })
  expect(first.judge).not.toHaveBeenCalled()
  expect(authenticate(asking({ authorization: 'Bearer token-good' }))).toEqual({ ...ADA, team: 'token' })
  expect(second.judge).toHaveBeenCalledTimes(1)
})

it.each([false, true])('never goes on to another when one has refused (later: %s)', async (later) => {
  const authenticate = authenticatorChain([taking('token', later), everything])
  const refused = async () => authenticate(asking({ authorization: 'Bearer token-bad' }))
  await expect(refused()).rejects.toMatchObject({ code: 'invalid_api_key', internal: 'token: bad' })
})

it.each([
  [{ authorization: 'Bearer one', 'x-api-key': 'other' }],
  [{ authorization: 'Bearer one', 'sec-websocket-protocol': 'openai-insecure-api-key.other' }],
  [{}],
])('refuses %j before anybody is asked', (headers) => {
  const authenticate = authenticatorChain([everything])
  expect(() => authenticate(asking(headers))).toThrow('This credential is not valid.')
})

it('lets a fault through, which is no failure of the caller', async () => {
  const broken = { ...everything, judge: () => Promise.reject(new Error('disk on fire')) }
  const throttle = failureThrottle({ failures: 1 })
  const authenticate = authenticatorChain([broken], { throttle })
  for (let again = 0; again < 3; again++) {
    await expect(authenticate(asking({ 'x-api-key': 'k' }))).rejects.toThrow('disk on fire')
  }
})

it('does not judge credentials of an address that has failed too often, and says when it will', () => {
  const keys = taking('key')
  const authenticate = authenticatorChain([keys], {
    throttle: failureThrottle({ failures: 3, windowMs: 60_000, clock: { now: () => 0 } }),
  })
  const status = (key: string) => {
    try {
      void authenticate(asking({ 'x-api-key': key }))
      return 200
    } catch (error) {
      const { code, status, retryAfterMs } = error as { code: string; status: number; retryAfterMs?: number }
      return [code, status, retryAfterMs]
    }
  }
  expect(status('key-of-ada-good')).toBe(200)
  for (let guess = 0; guess < 3; guess++) expect(status(`key-${guess}`)).toContain('invalid_api_key')
  expect(keys.judge).toHaveBeenCalledTimes(4)
  expect(status('key-4')).toEqual(['auth_throttled', 429, 20_000])
  expect(keys.judge).toHaveBeenCalledTimes(4)
  expect(status('key-of-ada-good')).toBe(200)
})

it('is not made of nothing', () => {
  expect(() => authenticatorChain([])).toThrow(RangeError)
})
