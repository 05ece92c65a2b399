import type { IncomingMessage } from 'node:http'
import { LRUCache } from 'lru-cache'
import { type Clock, systemClock } from '../../core/clock.ts'
import { TollgateError } from '../../core/errors.ts'
import type { Directory } from '../../directory/directory.ts'
import { type KeyHasher, keyHasher } from '../../directory/key-hash.ts'
import { type KeyRecord, keyIsLive, keyPrincipal } from '../../directory/key-record.ts'
import type { Principal } from '../../directory/principal.ts'
import { invalidKey } from './invalid-key.ts'
import { presentedKey } from './presented-key.ts'

export interface AuthVirtualKeyOptions {
  readonly directory: Directory
  /** At least 32 bytes: what the hashes of the keys are keyed with. */
  readonly masterKey: Buffer | string
  /**
   * How long a record may be served from memory, ms: the time in which a revoke takes effect. Under 1 s; 0 asks the
   * directory every time.
   */
  readonly maxAgeMs?: number
  readonly clock?: Clock
}

/** Tells who calls, at once where the directory can. */
export type Authenticate = (req: IncomingMessage) => Principal | Promise<Principal>

/** Records kept in memory, unknown keys among them: a flood of guesses does not reach the store twice. */
const CACHED_KEYS = 10_000

/**
 * Who calls, by the virtual key that a request presents. The same request may be asked about again, as long as it lasts: a
 * key that has been revoked meanwhile is refused then.
 *
 * @throws TollgateError `invalid_api_key`; `ledger_unavailable` when the directory cannot be read: fails closed.
 */
export function keyAuthenticator({
  directory,
  masterKey,
  maxAgeMs = 500,
  clock = systemClock,
}: AuthVirtualKeyOptions): Authenticate {
  const hasher = keyHasher(masterKey)
  const find = cachedFind(directory, maxAgeMs)
  return (req) => {
    const presented = presentedKey(req) ?? ''
    const lookup = hasher.lookup(presented)
    const record = lookup === undefined ? undefined : find(lookup)
    const admit = (found: KeyRecord | undefined) =>
      keyPrincipal(verified(req, { hasher, presented, record: found, nowMs: clock.now() }))
    return record instanceof Promise ? record.then(admit, unreadable) : admit(record)
  }
}

interface Verifying {
  readonly hasher: KeyHasher
  readonly presented: string
  readonly record: KeyRecord | undefined
  readonly nowMs: number
}

/** The record of the presented key, when it is the right one and alive. The comparison runs in every case. */
function verified(req: IncomingMessage, { hasher, presented, record, nowMs }: Verifying): KeyRecord {
  const matches = hasher.matches(presented, record)
  if (!matches || !record || !keyIsLive(record, nowMs)) throw invalidKey(req)
  return record
}

function unreadable(cause: unknown): never {
  throw new TollgateError('ledger_unavailable', { cause, internal: 'the directory could not be read' })
}

/** Look records up through memory. */
function cachedFind(
  directory: Directory,
  maxAgeMs: number,
): (lookup: string) => ReturnType<Directory['findKey']> {
  // To the cache a time to live of 0 means for ever.
  if (maxAgeMs === 0) return (lookup) => readable(directory, lookup)
  // The cache looks at the clock, and sets a timer, only so often; what it may be late by is taken off.
  const lateMs = Math.floor(maxAgeMs / 50)
  const cache = new LRUCache<string, KeyRecord | typeof ABSENT>({
    max: CACHED_KEYS,
    ttl: maxAgeMs - lateMs,
    ttlResolution: lateMs,
  })
  const keep = (lookup: string, record: KeyRecord | undefined) => {
    cache.set(lookup, record ?? ABSENT)
    return record
  }
  return (lookup) => {
    const cached = cache.get(lookup)
    if (cached !== undefined) return cached === ABSENT ? undefined : cached
    const found = readable(directory, lookup)
    return found instanceof Promise ? found.then((record) => keep(lookup, record)) : keep(lookup, found)
  }
}

const ABSENT: unique symbol = Symbol('absent')

function readable(directory: Directory, lookup: string): ReturnType<Directory['findKey']> {
  try {
    return directory.findKey(lookup)
  } catch (cause) {
    return unreadable(cause)
  }
}
