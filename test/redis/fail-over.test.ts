import type { Ledger } from '@tollgate/kit/ledger'
import { acceptRedisLoss, type RedisLedgerOptions, redisLedger } from '@tollgate/kit/ledger/redis'
import { describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { type FaultProxy, faultProxy, redisPair, redisServer, redisWithAof, until } from '../support/redis.ts'
import { behindProxy, handClock } from '../support/redis-behind-proxy.ts'
import { cents, KEY, ORG, openBooks, PATIENT, reserving, standing } from '../support/redis-books.ts'

describe('a fail-over that loses the newest changes', () => {
  it('is noticed, and made good to the nano-dollar by those who know', async () => {
    const clock = handClock()
    let link: FaultProxy | undefined
    const pair = await redisPair(async (master) => {
      link = await faultProxy(master, { raw: true })
      return link
    })
    closeAfter(() => pair.stop())
    closeAfter(() => link!.close())
    const front = await faultProxy(pair.master)
    closeAfter(() => front.close())
    const ledger = await openBooks(front.url, { clock })
    closeAfter(() => ledger.close())
    for (const id of ['a', 'b', 'c', 'd']) await ledger.reserve(reserving(id))
    await pair.synced()
    link!.hang()
    // What the replica never hears of: an ending, a release, a longer hold, and one reservation from first to last.
    await ledger.settle({ org: ORG, id: 'a', actual: cents(3), basis: 'exact' })
    await ledger.release(ORG, 'b')
    await ledger.extend({
      org: ORG,
      id: 'c',
      min: cents(15),
      want: cents(15),
      consumed: cents(2),
      ttlMs: 60_000,
    })
    await ledger.reserve(reserving('e', 20))
    await ledger.reserve(reserving('f', 5))
    await ledger.settle({ org: ORG, id: 'f', actual: cents(4), basis: 'exact' })
    const before = await standing(ledger)
    await pair.master.kill()
    await pair.promote()
    front.retarget(pair.replica.port)
    front.cut()
    await until('somebody notices', async () => {
      const error = await ledger.reserve(reserving('g')).catch(String)
      return String(error).includes('being recovered')
    })
    expect(await standing(ledger)).toEqual(before)
    expect(before).toEqual([3 + 2 + 4, 10 + 13 + 20, 0])
    clock.nowMs += 2500
    expect(await ledger.reserve(reserving('h'))).toMatchObject({ status: 'ok' })
    expect(await ledger.settle({ org: ORG, id: 'e', actual: cents(6), basis: 'exact' })).toMatchObject({
      status: 'settled',
    })
  })

  it('is noticed behind a proxy that tells nobody, and by a heartbeat', async () => {
    const clock = handClock()
    const [old, restored] = [await redisServer(), await redisServer()]
    closeAfter(() => restored.stop())
    const { ledger, proxy } = await behindProxy(old, { clock })
    await ledger.reserve(reserving('a'))
    // As a backup restores it: everything up to here.
    await restored.call('replicaof', old.host, old.port)
    await until(
      'the copy is made',
      async () => (await restored.call('dbsize')) === (await old.call('dbsize')),
    )
    await restored.call('replicaof', 'no', 'one')
    await ledger.reserve(reserving('b'))
    proxy.retarget(restored.port)
    expect(await ledger.heartbeat(ORG, [{ id: 'b', observed: cents(1) }], 60_000)).toEqual({
      notOpen: [],
      revived: [],
    })
    expect(await standing(ledger)).toEqual([0, 20, 0])
  })

  it('is nobody’s to decide alone when more is lost than can be told again', async () => {
    const clock = handClock()
    const { ledger, server } = await behindProxy(await redisServer(), { clock })
    await ledger.reserve(reserving('a'))
    await ledger.settle({ org: ORG, id: 'a', actual: cents(3), basis: 'exact' })
    clock.nowMs += 61_000
    await ledger.reserve(reserving('b'))
    await ledger.settle({ org: ORG, id: 'b', actual: cents(3), basis: 'exact' })
    await server.call('hset', `tg:1:{${ORG}}:meta`, 'q', '1')
    const refusal = await ledger.reserve(reserving('c')).catch(String)
    const [, sequence] = /ledger recover --org acme --sequence (\d+)/.exec(String(refusal))!
    await acceptRedisLoss(server.url, { org: ORG, sequence: Number(sequence), clock })
    clock.nowMs += 2500
    expect(await ledger.reserve(reserving('d'))).toMatchObject({ status: 'ok' })
    expect(await standing(ledger)).toEqual([6, 10, 0])
  })
})

describe('books that have lost more than can be told again', () => {
  /** A ledger that has ended something over a minute ago; what is lost of that stays lost. */
  async function withPast() {
    const clock = handClock()
    const { ledger, server } = await behindProxy(await redisServer(), { clock })
    const meta = (...words: (string | number)[]) => server.call('hset', `tg:1:{${ORG}}:meta`, ...words)
    const other = (options: RedisLedgerOptions = {}) => {
      const made = redisLedger(server.url, { ...PATIENT, clock, ...options })
      closeAfter(() => made.close())
      return made
    }
    for (let at = 0; at < 12; at++) await ledger.reserve(reserving(`held ${at}`, 1))
    await ledger.reserve(reserving('a'))
    await ledger.settle({ org: ORG, id: 'a', actual: cents(3), basis: 'exact' })
    clock.nowMs += 61_000
    await ledger.reserve(reserving('b'))
    await ledger.settle({ org: ORG, id: 'b', actual: cents(3), basis: 'exact' })
    const q = Number(await server.call('hget', `tg:1:{${ORG}}:meta`, 'q'))
    /** As a backup has it that was made before `a` was settled. */
    const loseEverythingSince = (count: number, ...more: (string | number)[]) => meta('q', q - count, ...more)
    return { clock, ledger, other, server, loseEverythingSince }
  }

  const spend = (ledger: Ledger, id: string, count: number) =>
    ledger.settle({ org: ORG, id, actual: cents(count), basis: 'exact' })

  it('do not seem whole again by what they are told of requests that have ended: that is booked, and they refuse', async () => {
    const { clock, ledger, other, server, loseEverythingSince } = await withPast()
    await other().reserve(reserving('another’s', 1))
    await loseEverythingSince(4)
    for (let at = 0; at < 6; at++) await spend(ledger, `held ${at}`, 1)
    for (let at = 6; at < 12; at++) await ledger.release(ORG, `held ${at}`)
    const refusal = String(await ledger.reserve(reserving('c')).catch(String))
    expect(refusal).toContain('have lost more than can be told again')
    expect(await standing(other())).toEqual([3 + 3 + 6, 1, 0])
    const [, sequence] = /--sequence (\d+)/.exec(refusal)!
    await acceptRedisLoss(server.url, { org: ORG, sequence: Number(sequence), clock })
    clock.nowMs += 2500
    expect(await ledger.reserve(reserving('c'))).toMatchObject({ status: 'ok' })
    expect(await standing(ledger)).toEqual([3 + 3 + 6, 1 + 10, 0])
  })

  it('are not made good for all by a process that is younger than the loss', async () => {
    const { clock, ledger, other, server, loseEverythingSince } = await withPast()
    await loseEverythingSince(4, 'rid', 'another', 't', clock.nowMs - 2000)
    const young = other()
    await expect(young.reserve(reserving('young 0', 1))).rejects.toThrow('being recovered')
    clock.nowMs += 2500
    for (let at = 1; at < 20; at++) {
      expect(await young.reserve(reserving(`young ${at}`, 1))).toMatchObject({ status: 'ok' })
    }
    // Who has seen more than the young one took over is not fooled by how far it has come since, nor by a look at it.
    await standing(ledger)
    await ledger.adjust({ org: ORG, id: 'f', account: KEY, budget: 'total', delta: 1, reason: 'none' })
    const refusal = String(await ledger.reserve(reserving('c')).catch(String))
    expect(refusal).toContain('have lost more than can be told again')
    await expect(ledger.heartbeat(ORG, [], 60_000)).rejects.toThrow('have lost more')
    expect(await spend(ledger, 'held 0', 1)).toMatchObject({ status: 'settled' })
    await expect(ledger.reserve(reserving('c'))).rejects.toThrow('have lost more')
    const [, sequence] = /--sequence (\d+)/.exec(refusal)!
    await acceptRedisLoss(server.url, { org: ORG, sequence: Number(sequence), clock })
    expect(await ledger.reserve(reserving('c'))).toMatchObject({ status: 'ok' })
    expect(await young.reserve(reserving('young 20', 1))).toMatchObject({ status: 'ok' })
  })
})

describe('a Redis that is restarted', () => {
  it('goes on where it was, when it keeps a log of its changes', async () => {
    const clock = handClock()
    const { ledger, server } = await behindProxy(await redisWithAof('always'), { clock })
    await ledger.reserve(reserving('a'))
    await server.restart()
    clock.nowMs += 2000
    await until('it is noticed', async () =>
      String(await ledger.reserve(reserving('b')).catch(String)).includes('recovered'),
    )
    clock.nowMs += 2500
    expect(await ledger.reserve(reserving('c'))).toMatchObject({ status: 'ok' })
    expect(await standing(ledger)).toEqual([0, 20, 0])
  })
})
