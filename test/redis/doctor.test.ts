import { examineRedis, redisAcl, redisLedger } from '@tollgate/kit/ledger/redis'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, it } from 'vitest'
import {
  redisCluster,
  redisPair,
  redisSentinels,
  redisServer,
  redisWithAof,
  until,
} from '../support/redis.ts'
import { cents, ORG, openBooks, PATIENT, reserving, standing } from '../support/redis-books.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function started<T extends { stop(): Promise<void> }>(server: T): T {
  cleanups.push(() => server.stop())
  return server
}

const found = async (...asked: Parameters<typeof examineRedis>) =>
  (await examineRedis(...asked)).map(({ level, check }) => `${level} ${check}`)

describe('before a Redis keeps the books', () => {
  it('nothing is found on one that keeps a log of its changes', async () => {
    const server = started(await redisWithAof())
    expect(await found(server.url)).toEqual([])
  })

  it('a lack of persistence is found, with what was charged today at stake; strict durability refuses it', async () => {
    const server = started(await redisServer())
    const ledger = await openBooks(server.url)
    await ledger.reserve(reserving('a', 50))
    await ledger.settle({ org: ORG, id: 'a', actual: cents(50), basis: 'exact' })
    await ledger.close()
    const [finding] = await examineRedis(server.url, {
      clock: { now: () => new Date().setUTCHours(0, 0, 1, 0) },
    })
    expect(finding).toMatchObject({ check: 'persistence', level: 'warn' })
    expect(await found(server.url, { durability: 'strict' })).toContain('refuse persistence')
  })

  it('a policy that evicts accounts is refused', async () => {
    const server = started(await redisWithAof())
    await server.call('config', 'set', 'maxmemory-policy', 'allkeys-lru')
    expect(await found(server.url)).toEqual(['refuse eviction'])
  })

  it('a replica is refused, and a single replica is pointed out', async () => {
    const { master, replica } = started(await redisPair())
    expect(await found(replica.url)).toContain('refuse role')
    expect(await found(master.url)).toContain('warn replicas')
  })

  it('a service that hides its settings is told from one with bad ones', async () => {
    const server = started(await redisWithAof())
    await server.call('acl', 'setuser', 'app', 'on', '>secret', '~*', '+@all', '-config')
    const url = server.url.replace('redis://', 'redis://app:secret@')
    expect(await found(url)).toEqual(['ask settings'])
  })

  it('every master of a Cluster is asked', async () => {
    const { seeds, nodes } = started(await redisCluster())
    await nodes[1]!.call('config', 'set', 'appendonly', 'yes')
    const findings = await examineRedis({ cluster: seeds })
    expect(findings.map(({ check }) => check)).toEqual(['persistence', 'persistence'])
    expect(new Set(findings.map(({ server }) => server)).size).toBe(2)
  })
})

describe('a user who may do no more than the printed ACL says', () => {
  it('can keep the books', async () => {
    const server = started(await redisServer())
    await server.call('acl', 'setuser', 'tollgate', '>secret', ...redisAcl().split(' '))
    const url = server.url.replace('redis://', 'redis://tollgate:secret@')
    const ledger = await openBooks(url)
    cleanups.push(() => ledger.close())
    for (const id of ['a', 'b', 'c']) await ledger.reserve(reserving(id))
    await ledger.extend({
      org: ORG,
      id: 'a',
      min: cents(20),
      want: cents(20),
      consumed: cents(1),
      ttlMs: 60_000,
    })
    await ledger.heartbeat(ORG, [{ id: 'a', observed: cents(2) }], 60_000)
    await ledger.settle({ org: ORG, id: 'a', actual: cents(3), basis: 'exact' })
    await ledger.release(ORG, 'b')
    await ledger.expire()
    await ledger.settleExpired('zero')
    await ledger.adjust({
      org: ORG,
      id: 'fix',
      account: 'key:k1',
      budget: 'total',
      delta: 1,
      reason: 'a test',
    })
    expect((await ledger.accounts()).length).toBe(2)
    expect(await found(url)).toEqual(['warn persistence'])
    const redis = new Redis(url)
    cleanups.push(() => redis.disconnect())
    await expect(redis.flushall()).rejects.toThrow('NOPERM')
    await expect(redis.get('others')).rejects.toThrow('NOPERM')
  })
})

describe('a master that sentinels name', () => {
  it('is followed when they move it', async () => {
    const { sentinels, name, failOver, synced } = started(await redisSentinels())
    const target = { sentinels: sentinels.map(({ host, port }) => ({ host, port })), name }
    const ledger = await openBooks(target)
    cleanups.push(() => ledger.close())
    await ledger.reserve(reserving('a'))
    await synced()
    await failOver()
    await until('the books are open again', () =>
      ledger.reserve(reserving('b')).then(({ status }) => status === 'ok'),
    )
    expect(await standing(ledger)).toEqual([0, 20, 0])
    const another = redisLedger(target, PATIENT)
    cleanups.push(() => another.close())
    expect(await standing(another)).toEqual([0, 20, 0])
  })
})
