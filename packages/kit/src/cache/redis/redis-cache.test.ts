import { describe, expect, onTestFinished, test } from 'vitest'
import { redisCluster, redisServer } from '../../../../../test/support/redis.ts'
import { throughout } from '../../../../../test/support/throughout.ts'
import { entryFor, fill, place } from '../../conformance/cache/bench.ts'
import { type CacheUnderTest, cacheConformance } from '../../conformance/cache.ts'
import { redisAcl } from '../../ledger/redis/acl.ts'
import type { RedisTarget } from '../../ledger/redis/connection.ts'
import { CACHE_COMMANDS } from './acl.ts'
import { type RedisCacheOptions, redisCache } from './redis-cache.ts'

let stores = 0

function emptyStoreOn(target: RedisTarget): CacheUnderTest {
  const prefix = `cache${stores++}`
  return {
    open: (options) => redisCache(target, { ...options, prefix, deadlineMs: 20_000 }),
    remove: () => {},
  }
}

const server = throughout(redisServer)

/** A store on the one server, with keys of its own. */
function opened(options: RedisCacheOptions = {}) {
  const prefix = options.prefix ?? `cache${stores++}`
  const store = redisCache(server().url, { deadlineMs: 20_000, ...options, prefix })
  onTestFinished(() => store.close())
  return { store, prefix }
}

const future = { createdAtMs: Date.now(), expiresAtMs: Date.now() + 3_600_000 }

describe('on one server', () => {
  cacheConformance({ test, store: () => emptyStoreOn(server().url) })
})

describe('on a Cluster of three masters', () => {
  const cluster = throughout(redisCluster)

  cacheConformance({ test, store: () => emptyStoreOn({ cluster: cluster().seeds }) })
})

test('epochs that are lost bring nothing back', async () => {
  const { store, prefix } = opened()
  const entry = entryFor(place('one'), future)
  await fill(store, entry)
  await store.invalidate({ what: 'everything' })
  await fill(store, entry)
  await store.invalidate({ what: 'model', model: entry.model })
  await server().call('DEL', `${prefix}:cache:1:{all}:epochs`)
  expect((await store.get(entry)).entry).toBeUndefined()
})

test('leaves nothing behind that does not go by itself, but for what was invalidated', async () => {
  const { store, prefix } = opened()
  await fill(store, entryFor(place('one'), future))
  await fill(store, entryFor(place('share-b.two'), future))
  await store.leases!.take('share-a.one')
  const keys = (await server().call('KEYS', `${prefix}:*`)) as string[]
  const shelves = keys.filter((key) => !key.includes('{all}'))
  expect(shelves.length).toBe(9)
  for (const key of shelves) expect([key, Number(await server().call('PTTL', key)) > 0]).toEqual([key, true])
})

test('needs no more than the ACL that is printed for it', async () => {
  const prefix = `acl${stores++}`
  await server().call(
    'acl',
    'setuser',
    prefix,
    '>secret',
    ...redisAcl(prefix, { also: CACHE_COMMANDS }).split(' '),
  )
  const store = redisCache(`redis://${prefix}:secret@${server().host}:${server().port}`, {
    prefix,
    deadlineMs: 20_000,
    maxBytes: 4_000,
    maxScopeBytes: 3_900,
  })
  onTestFinished(() => store.close())
  for (let at = 0; at < 12; at += 1) await fill(store, entryFor(place(`share-${at % 3}.${at}`), future))
  const last = entryFor(place('share-0.last'), future)
  await fill(store, last)
  expect((await store.get(last)).entry).toEqual(last)
  await store.delete(last.id)
  await store.invalidate({ what: 'everything' })
  const lease = await store.leases!.take(last.id)
  expect(await store.leases!.take(last.id)).toBeUndefined()
  await lease!.release()
  expect((await store.status()).evicted).toBeGreaterThan(0)
})
