import type { Clock } from '../../core/clock.ts'
import { machineTimers, type Timers } from '../../core/timers.ts'
import { askRedis } from '../../ledger/redis/ask.ts'
import type { Asking } from '../../ledger/redis/asking.ts'
import { connectRedis, type RedisTarget } from '../../ledger/redis/connection.ts'
import type { CacheStore } from '../cache-store.ts'
import { encodeEntry } from '../codec.ts'
import { countedHits } from '../counted-hits.ts'
import { decodedEntries } from '../decoded.ts'
import { type CacheQuota, quotaOf, shareOf } from '../quota.ts'
import { fleetEpochs } from './fleet-epochs.ts'
import { fleetLeases } from './fleet-leases.ts'
import { fleetQuota } from './fleet-quota.ts'
import { cacheKeys } from './keys.ts'
import { find } from './scripts/find.ts'
import { forget } from './scripts/forget.ts'
import { keep } from './scripts/keep.ts'
import { reward } from './scripts/reward.ts'

export interface RedisCacheOptions extends CacheQuota {
  /** Before every key, as the ledger's. */
  readonly prefix?: string
  /** How long Redis may take to answer, ms; then it is a miss. */
  readonly deadlineMs?: number
  /** Told when the connection fails; it is made anew by itself. */
  readonly onFault?: (error: Error) => void
  /** The server's, without one. */
  readonly clock?: Clock
  readonly timers?: Timers
}

/** 512 MiB. */
const MAX_BYTES = 512 * 1024 * 1024

/**
 * The cache of a fleet, in Redis 7 or Valkey without modules: what one process keeps all of them serve, and what one
 * forgets none of them does. A lookup is one round trip, in which the entry and its epochs are asked for together; an answer
 * that this process has read before is not sent again. Time is the server's. Needs `ioredis`.
 *
 * @throws RangeError when the prefix, or a quota, is none.
 *
 * @example
 * const store = redisCache('rediss://redis.internal:6379')
 */
export function redisCache(
  target: RedisTarget,
  {
    prefix = 'tg',
    deadlineMs = 250,
    onFault = () => {},
    clock,
    timers = machineTimers,
    ...sizes
  }: RedisCacheOptions = {},
): CacheStore {
  const { maxBytes, maxScopeBytes } = quotaOf(sizes, MAX_BYTES)
  const keys = cacheKeys(prefix)
  const connection = connectRedis(target, onFault)
  const redis = askRedis(connection, { deadlineMs, timers: machineTimers }) as Asking
  const now = () => clock?.now() ?? ''
  const epochs = fleetEpochs(redis, keys.epochs)
  const quota = fleetQuota({ ...redis, keys, maxBytes, now })
  const decoded = decodedEntries()
  /** What a hit is worth to each entry that was given lately. */
  const worths = new Map<string, number>()
  let evicted = 0
  const hits = countedHits(timers, (counted) => {
    for (const [share, some] of Map.groupBy(counted, ([id]) => shareOf(id))) {
      const { ranks, shelf } = keys.shelfOf(share)
      const rewards = some.map(([id, count]) => ({ id, worth: count * (worths.get(id) ?? 0) }))
      redis.ask(reward, { ranks, shelf }, { hits: rewards }).catch(onFault)
    }
    worths.clear()
  })

  return {
    async get(place) {
      const { id } = place
      const { bodies } = keys.shelfOf(shareOf(id))
      const [stamp, reply] = await Promise.all([
        epochs.stampOf(place),
        redis.ask(find, { bodies }, { now: now(), id, known: decoded.versionOf(id) }),
      ])
      if (reply[0] === 'none' || reply[2] !== stamp) return { entry: undefined, stamp }
      const [, version, , body] = reply
      const entry = decoded.entry(id, version, body === '' ? undefined : body)
      if (entry) {
        worths.set(id, worthOf(entry.costNanoUsd, body.length || worths.get(id) || TYPICAL_BYTES))
        hits.count(id)
      }
      return { entry, stamp }
    },
    async put(entry, stamp, body = encodeEntry(entry)) {
      const { id, version, createdAtMs, expiresAtMs, costNanoUsd } = entry
      const share = shareOf(id)
      const ttl = expiresAtMs - (clock?.now() ?? createdAtMs)
      if (ttl <= 0) return
      const worth = worthOf(costNanoUsd, Buffer.byteLength(body))
      const [, bytes, gone] = await redis.ask(keep, keys.shelfOf(share), {
        now: now(),
        id,
        ttl,
        version,
        stamp,
        worth,
        room: maxScopeBytes,
        body,
      })
      evicted += Number(gone) + (await quota.holds(share, Number(bytes)))
    },
    async delete(id) {
      const share = shareOf(id)
      const [status, bytes] = await redis.ask(forget, keys.shelfOf(share), { id })
      if (status === 'unknown') return false
      await quota.holds(share, Number(bytes))
      return true
    },
    invalidate: (what) => epochs.move(what),
    status: async () => ({ entries: undefined, bytes: await quota.total(), evicted }),
    leases: fleetLeases(redis, keys, timers),
    async close() {
      hits.close()
      await connection.close()
    },
  }
}

/** About as long as an answer is, bytes. */
const TYPICAL_BYTES = 2_048

/** What one hit saves, for each byte that it takes. */
function worthOf(costNanoUsd: number, bytes: number): number {
  return (costNanoUsd + 1) / bytes
}
