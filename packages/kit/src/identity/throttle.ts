import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { LRUCache } from 'lru-cache'
import { type Clock, systemClock } from '../core/clock.ts'
import type { Principal } from '../directory/principal.ts'
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
  /** The credential was judged good, and this is whose it is: from now on no failures of others stand in its way. */
  passed(principal: Principal): void
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
  /** When all failures under a name will be forgotten, ms; each costs its part of the window, up to a window ahead. */
  const debts = new LRUCache<string, number>({ max: 2 * remembered })
  /** Until when there is a debt under an address, or under a credential from there, ms. */
  const suspects = new LRUCache<string, number>({ max: remembered })
  /** Until when a credential is taken for a good one, ms, by its digest. */
  const good = new LRUCache<string, number>({ max: remembered })
  /**
   * The same by principals that were answered from memory, so that no digest is made of a credential on the usual way.
   */
  const goodPrincipals = new WeakMap<Principal, number>()
  const costMs = windowMs / failures

  const debtMs = (name: string, nowMs: number) => Math.max(0, (debts.get(name) ?? 0) - nowMs)
  const waitFor = (name: string, nowMs: number) => Math.max(0, debtMs(name, nowMs) + costMs - windowMs)
  const charge = (name: string, nowMs: number) => debts.set(name, nowMs + debtMs(name, nowMs) + costMs)

  function waitMs(block: string, credential: string, nowMs: number): number {
    if ((suspects.get(block) ?? 0) <= nowMs) return 0
    const digest = digestOf(credential)
    const isGood = (good.get(digest) ?? 0) > nowMs
    return Math.max(waitFor(`${block} ${digest}`, nowMs), isGood ? 0 : waitFor(block, nowMs))
  }

  return {
    attempt(req, credential) {
      const block = blockOf(req, addressOf)
      const nowMs = clock.now()
      return {
        waitMs: waitMs(block, credential, nowMs),
        failed() {
          const digest = digestOf(credential)
          const own = `${block} ${digest}`
          good.delete(digest)
          if (debtMs(own, nowMs) === 0) charge(block, nowMs)
          charge(own, nowMs)
          suspects.set(block, nowMs + Math.max(debtMs(own, nowMs), debtMs(block, nowMs)))
        },
        passed(principal) {
          if ((goodPrincipals.get(principal) ?? 0) > nowMs) return
          good.set(digestOf(credential), nowMs + GOOD_MS)
          goodPrincipals.set(principal, nowMs + GOOD_MS)
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
  return hash('sha256', credential, 'binary')
}
