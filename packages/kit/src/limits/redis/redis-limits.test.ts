import { describe, test } from 'vitest'
import { redisCluster, redisServer } from '../../../../../test/support/redis.ts'
import { throughout } from '../../../../../test/support/throughout.ts'
import { type LimitsStore, limitsConformance } from '../../conformance/limits.ts'
import { connectRedis, type RedisTarget } from '../../ledger/redis/connection.ts'
import { redisLimits } from './redis-limits.ts'

let stores = 0

/** Empty limits on a server: windows of requests end by its own clock, which a test can only shorten. */
function emptyStoreOn(target: RedisTarget): LimitsStore {
  const prefix = `limits${stores++}`
  const redis = connectRedis(target, () => {})
  const endsAtMs = new Map<string, number>()
  let nowMs = Date.now()

  /** A window that is new since time last passed has begun now. */
  async function moveWindows(byMs: number): Promise<void> {
    const found = await redis.callEach('KEYS', `${prefix}:limits:*:rpm:*`)
    for (const key of found.flat() as string[]) {
      const endMs = endsAtMs.get(key) ?? nowMs + 60_000
      endsAtMs.set(key, endMs)
      if (endMs > nowMs + byMs) await redis.call('PEXPIRE', key, endMs - nowMs - byMs)
      else await redis.call('DEL', key)
    }
    nowMs += byMs
    for (const [key, endMs] of endsAtMs) if (endMs <= nowMs) endsAtMs.delete(key)
  }

  return {
    open: (timers) =>
      redisLimits(target, { prefix, timers, clock: { now: () => nowMs }, deadlineMs: 20_000 }),
    advance: moveWindows,
    toleranceMs: 1_000,
    remove: () => redis.close(),
  }
}

describe('on one server', () => {
  const server = throughout(redisServer)

  limitsConformance({ test, store: () => emptyStoreOn(server().url) })
})

describe('on a Cluster of three masters', () => {
  const cluster = throughout(redisCluster)

  limitsConformance({ test, store: () => emptyStoreOn({ cluster: cluster().seeds }) })
})
