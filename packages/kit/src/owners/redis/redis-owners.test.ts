import { describe, expect, onTestFinished, test } from 'vitest'
import { type RedisServer, redisCluster, redisServer } from '../../../../../test/support/redis.ts'
import { throughout } from '../../../../../test/support/throughout.ts'
import { ownersConformance } from '../../conformance/owners.ts'
import { redisAcl } from '../../ledger/redis/acl.ts'
import type { RedisTarget } from '../../ledger/redis/connection.ts'
import { OWNER_COMMANDS } from './acl.ts'
import { redisOwners } from './redis-owners.ts'

const server = throughout(redisServer)

let stores = 0

const claim = { owner: 'ada', provider: 'openai', ids: ['resp_secret'], ttlMs: 60_000 }

/** The server's clock cannot be set: instead of time going on, what stands there comes that much closer to its end. */
async function age(call: RedisServer['call'], prefix: string, ms: number): Promise<void> {
  for (const key of (await call('KEYS', `${prefix}:*`)) as readonly string[]) {
    const left = Number(await call('PTTL', key)) - ms
    if (left > 0) await call('PEXPIRE', key, left)
    else await call('DEL', key)
  }
}

describe('on one server', () => {
  ownersConformance({
    test,
    store: () => {
      const prefix = `owners${stores++}`
      return {
        open: () => redisOwners(server().url, { prefix, deadlineMs: 20_000 }),
        advance: (ms) => age(server().call, prefix, ms),
        remove: () => {},
      }
    },
  })
})

test('on a Cluster of three masters, whatever slots its things are in', async () => {
  const cluster = await redisCluster()
  onTestFinished(() => cluster.stop())
  const target: RedisTarget = { cluster: cluster.seeds }
  const [here, there] = [target, target].map((at) => redisOwners(at, { deadlineMs: 20_000 })) as [
    ReturnType<typeof redisOwners>,
    ReturnType<typeof redisOwners>,
  ]
  onTestFinished(async () => {
    await here.close()
    await there.close()
  })
  const ids = Array.from({ length: 50 }, (_, at) => `resp_${at}`)
  await here.claim({ ...claim, ids })
  await there.claim({ ...claim, ids, owner: 'eve' })
  const found = await there.find('openai', ids)
  expect([...found.values()].map(({ owner }) => owner)).toEqual(ids.map(() => 'ada'))
})

test('every thing expires, and its id is not told', async () => {
  const owners = redisOwners(server().url, { prefix: 'ttl', deadlineMs: 20_000 })
  onTestFinished(() => owners.close())
  await owners.claim(claim)
  const [key, ...others] = (await server().call('KEYS', 'ttl:*')) as readonly string[]
  expect(others).toEqual([])
  expect(key).not.toContain('resp_secret')
  expect(Number(await server().call('PTTL', key!))).toBeGreaterThan(0)
})

test('a Redis that is away is a no, and not a wait', async () => {
  const away = redisOwners('redis://127.0.0.1:1', { deadlineMs: 50 })
  onTestFinished(() => away.close())
  await expect(away.find('openai', ['resp_1'])).rejects.toThrow()
  await expect(away.claim(claim)).rejects.toThrow()
})

test('an ACL user needs no more than what is listed', async () => {
  await server().call(
    ...['ACL', 'SETUSER', 'acl', '>secret'],
    ...redisAcl('acl', { also: OWNER_COMMANDS }).split(' '),
  )
  const url = `redis://acl:secret@${server().host}:${server().port}`
  const owners = redisOwners(url, { prefix: 'acl', deadlineMs: 20_000 })
  onTestFinished(() => owners.close())
  await owners.claim(claim)
  expect((await owners.find('openai', claim.ids)).size).toBe(1)
  await owners.forget('openai', claim.ids)
  expect((await owners.find('openai', claim.ids)).size).toBe(0)
})
