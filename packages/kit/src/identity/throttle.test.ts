import type { IncomingMessage } from 'node:http'
import { expect, it } from 'vitest'
import { failureThrottle } from './throttle.ts'

const from = (address: string) =>
  ({ socket: { remoteAddress: address }, headers: {} }) as unknown as IncomingMessage

function made(options = {}) {
  let nowMs = 1_000_000
  const throttle = failureThrottle({ failures: 5, windowMs: 60_000, clock: { now: () => nowMs }, ...options })
  return {
    waitMs: (address: string, credential: string) => throttle.attempt(from(address), credential).waitMs,
    fail: (address: string, credential: string) => throttle.attempt(from(address), credential).failed(),
    pass: (address: string, credential: string) =>
      throttle.attempt(from(address), credential).passed({ org: 'acme', user: 'ada' }),
    later(ms: number) {
      nowMs += ms
    },
  }
}

it('lets an address fail so often in a window, and then waits for a failure to be forgotten', () => {
  const { waitMs, fail, later } = made()
  for (let guess = 0; guess < 5; guess++) {
    expect(waitMs('203.0.113.9', `guess ${guess}`)).toBe(0)
    fail('203.0.113.9', `guess ${guess}`)
  }
  expect(waitMs('203.0.113.9', 'the next')).toBe(12_000)
  later(11_999)
  expect(waitMs('203.0.113.9', 'the next')).toBe(1)
  later(1)
  expect(waitMs('203.0.113.9', 'the next')).toBe(0)
  fail('203.0.113.9', 'the next')
  expect(waitMs('203.0.113.9', 'one more')).toBe(12_000)
})

it('takes every address for itself, and a network of IPv6 for one', () => {
  const { waitMs, fail } = made()
  for (let guess = 0; guess < 5; guess++) fail(`2001:db8:1:2::${guess}`, `guess ${guess}`)
  expect(waitMs('2001:db8:1:2:ffff::1', 'x')).toBeGreaterThan(0)
  expect(waitMs('2001:db8:1:3::1', 'x')).toBe(0)
  expect(waitMs('203.0.113.9', 'x')).toBe(0)
})

it('lets a credential pass that has been good, whatever others from its address do', () => {
  const { waitMs, fail, pass, later } = made()
  pass('203.0.113.9', 'good')
  for (let guess = 0; guess < 50; guess++) fail('203.0.113.9', `guess ${guess}`)
  expect(waitMs('203.0.113.9', 'good')).toBe(0)
  expect(waitMs('203.0.113.9', 'never seen')).toBeGreaterThan(0)
  later(3_600_000)
  for (let guess = 0; guess < 50; guess++) fail('203.0.113.9', `guess ${guess}`)
  expect(waitMs('203.0.113.9', 'good')).toBeGreaterThan(0)
})

it('stops a service that repeats one wrong key, and nobody else from its address', () => {
  const { waitMs, fail } = made()
  for (let again = 0; again < 5; again++) fail('203.0.113.9', 'revoked')
  expect(waitMs('203.0.113.9', 'revoked')).toBeGreaterThan(0)
  expect(waitMs('203.0.113.9', 'never seen')).toBe(0)
  expect(waitMs('198.51.100.1', 'revoked')).toBe(0)
})

it('takes a credential that was good and is no more for one that is wrong', () => {
  const { waitMs, fail, pass } = made()
  pass('203.0.113.9', 'ada')
  for (let again = 0; again < 5; again++) fail('203.0.113.9', 'ada')
  expect(waitMs('203.0.113.9', 'ada')).toBeGreaterThan(0)
})

it('keeps so many in mind and no more', () => {
  const { waitMs, fail } = made({ failures: 1, remembered: 10 })
  fail('203.0.113.9', 'x')
  expect(waitMs('203.0.113.9', 'y')).toBeGreaterThan(0)
  for (let other = 0; other < 20; other++) fail(`198.51.100.${other}`, 'x')
  expect(waitMs('203.0.113.9', 'y')).toBe(0)
})

it.each([{ failures: 0 }, { windowMs: -1 }, { remembered: Number.NaN }])('is not made with %j', (options) => {
  expect(() => failureThrottle(options)).toThrow(RangeError)
})
