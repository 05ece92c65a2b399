import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { LRUCache } from 'lru-cache'
import { type Clock, systemClock } from '../core/clock.ts'
import { type AddressOf, addressBlock, clientAddress } from './client-address.ts'

/** Slows down whoever tries credentials that are not good. */
export interface FailureThrottle {
  /** Somebody brings a credential, which has not been judged yet. */
  attempt(req: IncomingMessage, credential: string): Attempt
}

export interface Attempt {
  /** For how long a credential from this address is not even judged, ms; 0 when it may be. */
  readonly waitMs: number
  /** It was judged, and refused. */
  failed(): void
  /** It was judged, and is good: from now on no other's failures stand in its way. */
  passed(): void
}

export interface FailureThrottleOptions {
  /** How many failures one address, or one IPv6 network of 64 bits, may have in a window. */
  readonly failures?: number
  /** The window, ms. An address that has used up its failures gets them back one by one over it. */
  readonly windowMs?: number
  /** How many addresses and refused credentials are kept in mind, and as many good ones. */
  readonly remembered?: number
  /** Where a request comes from: `clientAddress(addressSet([…]))` behind proxies. */
  readonly addressOf?: AddressOf
  readonly clock?: Clock
}

/**
 * Count failed authentications by address, in this process's memory.
 *
 * An address is charged once for each wrong credential, and each wrong credential is charged for its own repetitions: whoever
 * guesses runs out of guesses, and a service that keeps sending a key that was revoked is stopped alone, and shuts out nobody
 * behind the same address. Who has used up its failures is refused before any store is asked; a credential that has been
 * good within the last hour is judged all the same.
 *
 * @throws RangeError when a number is not a positive one.
 */
export function failureThrottle({
  failures = 20,
  windowMs = 60_000,
  remembered = 10_000,
  addressOf = clientAddress(),
  clock = systemClock,
}: FailureThrottleOptions = {}): FailureThrottle {
  for (const number of [failures, windowMs, remembered]) {
    if (!(number >= 1)) throw new RangeError(`a throttle counts in positive numbers, not ${number}`)
  }
  const debts = new LRUCache<string, number>({ max: 2 * remembered })
  const good = new LRUCache<string, number>({ max: remembered })
  const costMs = windowMs / failures

  /** When all failures under a name will be forgotten; a name costs so much time for each, up to a window ahead. */
  const forgottenAtMs = (name: string, nowMs: number) => Math.max(debts.get(name) ?? 0, nowMs)
  const waitFor = (name: string, nowMs: number) =>
    Math.max(0, forgottenAtMs(name, nowMs) + costMs - windowMs - nowMs)
  const charge = (name: string, nowMs: number) => debts.set(name, forgottenAtMs(name, nowMs) + costMs)

  return {
    attempt(req, credential) {
      const block = blockOf(req, addressOf)
      const digest = digestOf(credential)
      const own = `${block} ${digest}`
      const nowMs = clock.now()
      const isGood = (good.get(digest) ?? 0) > nowMs
      return {
        waitMs: Math.max(waitFor(own, nowMs), isGood ? 0 : waitFor(block, nowMs)),
        failed() {
          good.delete(digest)
          if (forgottenAtMs(own, nowMs) === nowMs) charge(block, nowMs)
          charge(own, nowMs)
        },
        passed() {
          good.set(digest, nowMs + GOOD_MS)
        },
      }
    },
  }
}

/** For how long a credential that was good is taken for one that will be. */
const GOOD_MS = 3_600_000

function blockOf(req: IncomingMessage, addressOf: AddressOf): string {
  const address = addressOf(req)
  return address === undefined ? 'unknown' : addressBlock(address)
}

/** A digest and no credential: a dump of the memory must not hold any. */
function digestOf(credential: string): string {
  return hash('sha256', credential, 'base64')
}
