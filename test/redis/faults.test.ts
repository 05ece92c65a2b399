import type { Ledger } from '@tollgate/kit/ledger'
import {
  acceptRedisLoss,
  initRedisLedger,
  type RedisLedgerOptions,
  redisLedger,
  resetRedisClock,
} from '@tollgate/kit/ledger/redis'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, it } from 'vitest'
import {
  type FaultProxy,
  faultProxy,
  type RedisServer,
  redisPair,
  redisServer,
  redisWithAof,
  until,
} from '../support/redis.ts'
import { cents, KEY, ORG, openBooks, reserving, standing } from '../support/redis-books.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** Long enough never to be what fails on a busy machine. */
const PATIENT = { deadlineMs: 20_000 }

async function behindProxy(
  server: RedisServer,
  options: RedisLedgerOptions = PATIENT,
): Promise<{ ledger: Ledger; proxy: FaultProxy; server: RedisServer }> {
  cleanups.push(() => server.stop())
  const proxy = await faultProxy(server)
  cleanups.push(() => proxy.close())
  const ledger = await openBooks(proxy.url, options)
  cleanups.push(() => ledger.close())
  return { ledger, proxy, server }
}

/** A clock that only the test moves. */
function handClock() {
  const clock = { nowMs: Date.UTC(2026, 10, 18, 12), now: () => clock.nowMs }
  return clock
}

describe('one fault between the ledger and Redis', () => {
  it('a reserve whose reply is lost is ended by its release, and holds nothing', async () => {
    const { ledger, proxy } = await behindProxy(await redisServer())
    const lost = proxy.loseReply()
    await expect(ledger.reserve(reserving('a'))).rejects.toThrow()
    await lost
    expect(await until('the release is accepted', () => ledger.release(ORG, 'a'))).toEqual({
      status: 'released',
    })
    expect(await standing(ledger)).toEqual([0, 0, 0])
  })

  it('a reserve that never got there cannot come to life after its release', async () => {
    const { ledger, proxy } = await behindProxy(await redisServer())
    const refused = proxy.answer('LOADING Redis is loading the dataset in memory')
    await expect(ledger.reserve(reserving('a'))).rejects.toThrow('LOADING')
    await refused
    expect(await ledger.release(ORG, 'a')).toEqual({ status: 'tombstoned' })
    expect(await ledger.reserve(reserving('a'))).toEqual({ status: 'finished' })
  })

  it('a settle whose reply is lost counts once when it is said again', async () => {
    const { ledger, proxy } = await behindProxy(await redisServer())
    await ledger.reserve(reserving('a'))
    const settle = { org: ORG, id: 'a', actual: cents(7), basis: 'exact' } as const
    const lost = proxy.loseReply()
    await expect(ledger.settle(settle)).rejects.toThrow()
    await lost
    expect(await until('the settle is accepted', () => ledger.settle(settle))).toEqual({
      status: 'repeat',
      overdraft: false,
    })
    expect(await standing(ledger)).toEqual([7, 0, 0])
  })

  it('a server that has forgotten the scripts is told them again', async () => {
    const { ledger, server } = await behindProxy(await redisServer())
    await ledger.reserve(reserving('a'))
    await server.call('script', 'flush')
    expect(await ledger.reserve(reserving('b'))).toMatchObject({ status: 'ok' })
    expect(await standing(ledger)).toEqual([0, 20, 0])
  })

  it.each([
    "READONLY You can't write against a read only replica.",
    'NOREPLICAS Not enough good replicas to write.',
  ])('“%s” refuses, and the next one is admitted', async (error) => {
    const { ledger, proxy } = await behindProxy(await redisServer())
    const refused = proxy.answer(error)
    await expect(ledger.reserve(reserving('a'))).rejects.toThrow(error.split(' ')[0])
    await refused
    const again = await until('it is admitted', () => ledger.reserve(reserving('b')))
    expect(again).toMatchObject({ status: 'ok' })
  })

  it('a connection that breaks fails what was on it, and nothing is sent twice', async () => {
    const { ledger, proxy } = await behindProxy(await redisServer())
    proxy.hang()
    const commands = ['a', 'b', 'c'].map((id) => ledger.reserve(reserving(id)))
    const outcomes = Promise.allSettled(commands)
    proxy.cut()
    proxy.flow()
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    await until('the ledger is back', () => standing(ledger))
    const reserves = proxy.passed.filter((words) => ['a', 'b', 'c'].some((id) => words.includes(id)))
    expect(reserves.length).toBeLessThanOrEqual(3)
  })
})

describe('a Redis that does not answer', () => {
  it('costs nobody more than the deadline, and after five of them nothing but a probe', async () => {
    const { ledger, proxy } = await behindProxy(await redisServer(), { deadlineMs: 300 })
    proxy.hang()
    for (const id of ['a', 'b', 'c', 'd', 'e']) {
      await expect(ledger.reserve(reserving(id))).rejects.toThrow('has not answered within 300 ms')
    }
    await expect(ledger.reserve(reserving('f'))).rejects.toThrow('nothing is sent but a probe')
    proxy.flow()
    const back = await until('a probe finds it well again', () => ledger.reserve(reserving('g', 1)))
    expect(back).toMatchObject({ status: 'ok' })
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) await ledger.release(ORG, id)
    expect(await standing(ledger)).toEqual([0, 1, 0])
  })

  it('is refused at once while there is no connection', async () => {
    const { ledger, proxy } = await behindProxy(await redisServer())
    proxy.shut()
    await until('the connection is gone', () =>
      ledger.reserve(reserving('a')).then(
        () => false,
        () => true,
      ),
    )
    await expect(ledger.reserve(reserving('b'))).rejects.toThrow()
    proxy.open()
    expect(await until('it is back', () => ledger.reserve(reserving('c')))).toMatchObject({ status: 'ok' })
  })
})

describe('memory that is full', () => {
  it('refuses to reserve, and still settles and releases', async () => {
    const { ledger, server } = await behindProxy(await redisServer())
    for (const id of ['a', 'b']) await ledger.reserve(reserving(id))
    await server.call('config', 'set', 'maxmemory-policy', 'noeviction')
    await server.call('config', 'set', 'maxmemory', '1mb')
    await expect(ledger.reserve(reserving('c'))).rejects.toThrow('OOM')
    expect(await ledger.settle({ org: ORG, id: 'a', actual: cents(4), basis: 'exact' })).toMatchObject({
      status: 'settled',
    })
    expect(await ledger.release(ORG, 'b')).toEqual({ status: 'released' })
    expect(await standing(ledger)).toEqual([4, 0, 0])
  })
})

describe('books that are gone', () => {
  it('refuse everybody, and are not started anew by anybody', async () => {
    const { ledger, server } = await behindProxy(await redisServer())
    await ledger.reserve(reserving('a'))
    await server.call('flushall')
    await expect(ledger.reserve(reserving('b'))).rejects.toThrow('tollgate ledger init')
    await expect(redisLedger(server.url, PATIENT).read(ORG, [KEY])).rejects.toThrow('tollgate ledger init')
    expect(await server.call('dbsize')).toBe(0)
  })

  it('deny an account that has lost its limits, instead of giving it new ones', async () => {
    const { ledger, server } = await behindProxy(await redisServer())
    await server.call('del', `tg:1:{${ORG}}:a:${KEY}`)
    expect(await ledger.reserve(reserving('a'))).toEqual({
      status: 'no_account',
      account: KEY,
      reason: 'gone',
    })
  })
})

describe('a fail-over that loses the newest changes', () => {
  it('is noticed, and made good to the nano-dollar by those who know', async () => {
    const clock = handClock()
    let link: FaultProxy | undefined
    const pair = await redisPair(async (master) => {
      link = await faultProxy(master, { raw: true })
      return link
    })
    cleanups.push(
      () => pair.stop(),
      () => link!.close(),
    )
    const front = await faultProxy(pair.master)
    cleanups.push(() => front.close())
    const ledger = await openBooks(front.url, { ...PATIENT, clock })
    cleanups.push(() => ledger.close())
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
    cleanups.push(() => restored.stop())
    const { ledger, proxy } = await behindProxy(old, { ...PATIENT, clock })
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
    const { ledger, server } = await behindProxy(await redisServer(), { ...PATIENT, clock })
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
    const { ledger, server } = await behindProxy(await redisServer(), { ...PATIENT, clock })
    const meta = (...words: (string | number)[]) => server.call('hset', `tg:1:{${ORG}}:meta`, ...words)
    const other = (options: RedisLedgerOptions = {}) => {
      const made = redisLedger(server.url, { ...PATIENT, clock, ...options })
      cleanups.push(() => made.close())
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

describe('an org whose books are gone', () => {
  it('is told of, and keeps no other org’s reservations from expiring', async () => {
    const clock = handClock()
    const server = await redisServer()
    cleanups.push(() => server.stop())
    const faults: string[] = []
    const onFault = ({ message }: Error) => faults.push(message)
    const ledger = await openBooks(server.url, { ...PATIENT, clock, onFault })
    cleanups.push(() => ledger.close())
    await initRedisLedger(server.url, { orgs: ['globex'], clock })
    await ledger.reserve(reserving('a'))
    await ledger.reserve({ ...reserving('b'), org: 'globex', path: ['org:globex'] })
    await server.call('del', `tg:1:{${ORG}}:meta`)
    clock.nowMs += 60_000
    expect(await ledger.expire()).toMatchObject([{ org: 'globex', id: 'b' }])
    expect(faults).toEqual([expect.stringContaining('tollgate ledger init')])
    // Nobody is left who could be asked: then it is the store that fails.
    await server.call('del', 'tg:1:{globex}:meta')
    await expect(ledger.expire()).rejects.toThrow('tollgate ledger init')
  })
})

describe('a Redis that is restarted', () => {
  it('goes on where it was, when it keeps a log of its changes', async () => {
    const clock = handClock()
    const { ledger, server } = await behindProxy(await redisWithAof('always'), { ...PATIENT, clock })
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

describe('a client that the application has', () => {
  it('is duplicated, with what must hold, and left open', async () => {
    const server = await redisServer()
    cleanups.push(() => server.stop())
    const own = new Redis(server.url, { keyPrefix: 'app:', enableAutoPipelining: true })
    cleanups.push(() => own.disconnect())
    await own.set('theirs', '1')
    const ledger = await openBooks(own, PATIENT)
    expect(await ledger.reserve(reserving('a'))).toMatchObject({ status: 'ok' })
    await ledger.close()
    expect(await own.get('theirs')).toBe('1')
    expect(await server.call('exists', `tg:1:{${ORG}}:meta`)).toBe(1)
  })
})

describe('a server whose clock was ahead', () => {
  it('is believed again when an operator says so', async () => {
    const clock = handClock()
    const { ledger, server } = await behindProxy(await redisServer(), { ...PATIENT, clock })
    await ledger.reserve(reserving('a'))
    await server.call('hset', `tg:1:{${ORG}}:meta`, 't', clock.nowMs + 86_400_000)
    await ledger.reserve(reserving('b')).catch(() => {})
    expect(await resetRedisClock(server.url, { org: ORG, clock, ownClock: clock })).toBe('reset')
    expect(Number(await server.call('hget', `tg:1:{${ORG}}:meta`, 't'))).toBe(clock.nowMs)
  })

  it('is not believed while it is behind, which would open the days of now once more', async () => {
    const clock = handClock()
    const right = { now: () => clock.nowMs + 61 * 86_400_000 }
    const { ledger, server } = await behindProxy(await redisServer(), { ...PATIENT, clock })
    await server.call('hset', `tg:1:{${ORG}}:meta`, 't', right.now())
    expect(await resetRedisClock(server.url, { org: ORG, clock, ownClock: right })).toBe('clocks_apart')
    await expect(ledger.reserve(reserving('a'))).rejects.toThrow('more than a minute ahead')
  })
})
