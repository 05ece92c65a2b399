import { acceptRedisLoss, lookAtRedisBooks, redisLedger } from '@tollgate/kit/ledger/redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RedisServer, redisWithAof } from '../support/redis.ts'
import { openBooks, reserving, standing } from '../support/redis-books.ts'

let redis: RedisServer
beforeAll(async () => {
  redis = await redisWithAof()
})
afterAll(() => redis.stop())

const look = (prefix: string) => lookAtRedisBooks(redis.url, { org: 'acme', prefix })

it('tells how far the books have come, and changes nothing', async () => {
  const ledger = await openBooks(redis.url, { prefix: 'far' })
  const before = await look('far')
  expect(before).toEqual({ sequence: 2, moved: false, lost: 0 })
  await ledger.reserve(reserving('a'))
  expect(await look('far')).toEqual({ sequence: 3, moved: false, lost: 0 })
  expect(await look('far')).toEqual({ sequence: 3, moved: false, lost: 0 })
  await ledger.close()
})

it('counts the reservations that were thrown away while they were open, when they were to expire', async () => {
  let nowMs = Date.now()
  const ledger = await openBooks(redis.url, {
    prefix: 'evicted',
    clock: { now: () => nowMs },
    deadlineMs: 20_000,
  })
  const ids = Array.from({ length: 110 }, (_, at) => `${1000 + at}`)
  for (const id of ids) await ledger.reserve(reserving(id, 0))
  for (const id of ids.slice(0, 104)) await redis.call('del', `evicted:1:{acme}:res:${id}`)
  nowMs += 60_000
  expect(await ledger.expire()).toEqual([])
  // Those that are there come next, however many there were before them that are not.
  expect(await ledger.expire()).toHaveLength(6)
  expect(await look('evicted')).toMatchObject({ lost: 104 })
  await ledger.close()
})

it('says where there are no books how to open them', async () => {
  await expect(look('none')).rejects.toThrow('open them with `tollgate ledger init`')
})

it('sees that the books are on another run of the server, until a gateway has recovered them', async () => {
  const look = () => lookAtRedisBooks(redis.url, { org: 'acme', prefix: 'moved' })
  const ledger = await openBooks(redis.url, { prefix: 'moved', deadlineMs: 20_000 })
  await ledger.reserve(reserving('a'))
  await redis.kill()
  await redis.restart()
  expect(await look()).toMatchObject({ moved: true })
  await ledger.close()
  // The server is looked at once in a second.
  const another = redisLedger(redis.url, { prefix: 'moved', clock: { now: () => Date.now() + 5000 } })
  await another.heartbeat('acme', [], 1000)
  expect(await look()).toMatchObject({ moved: false })
  await another.close()
})

describe('taking books as they are that have lost too much', () => {
  it('needs no word of how far the gateways had seen them come', async () => {
    let nowMs = Date.now()
    const clock = { now: () => nowMs }
    const gateways = [
      await openBooks(redis.url, { prefix: 'lost', clock, deadlineMs: 20_000 }),
      redisLedger(redis.url, { prefix: 'lost', clock, deadlineMs: 20_000 }),
    ] as const
    for (const [at, gateway] of gateways.entries())
      for (let count = 0; count < 5; count++) {
        await gateway.reserve(reserving(`${at} ${count}`, 1))
        nowMs += 60_000
      }
    await redis.call('hset', 'lost:1:{acme}:meta', 'q', '1', 'rid', 'another run')
    // A gateway that has just been started takes them for all there are, and those that know better go on refusing.
    const fresh = redisLedger(redis.url, { prefix: 'lost', clock, deadlineMs: 20_000 })
    await fresh.heartbeat('acme', [], 1000)
    await fresh.close()
    for (const gateway of gateways)
      await expect(gateway.reserve(reserving('b', 1))).rejects.toThrow('lost more than can be told again')

    const operator = { org: 'acme', prefix: 'lost', clock }
    expect(await acceptRedisLoss(redis.url, operator)).toBe('accepted')
    nowMs += 10_000
    for (const [at, gateway] of gateways.entries())
      expect(await gateway.reserve(reserving(`after ${at}`, 1))).toMatchObject({ status: 'ok' })
    expect(await acceptRedisLoss(redis.url, { ...operator, sequence: 5 })).toBe('not_behind')
    expect(await standing(gateways[0])).toEqual([0, 12, 0])
    for (const gateway of gateways) await gateway.close()
  })
})
