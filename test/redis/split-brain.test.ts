import type { Ledger } from '@tollgate/kit/ledger'
import { redisLedger } from '@tollgate/kit/ledger/redis'
import { beforeEach, describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { type FaultProxy, faultProxy, infoOf, type RedisPair, redisPair, until } from '../support/redis.ts'
import { cents, ORG, openBooks, reserving, standing } from '../support/redis-books.ts'

/** How long the books are closed while they are recovered. */
const CLOSED_MS = 2500
/** After which a reserve asks whether the server is another. */
const LOOK_MS = 1000

let clock: { nowMs: number; now(): number }
let pair: RedisPair
/** What the replica reads from, and where each gateway believes its Redis to be. */
let link: FaultProxy
let doors: readonly [FaultProxy, FaultProxy]
let a: Ledger
let b: Ledger

/** Two gateways on one master, a dollar a day, of which 20 cents are spent. */
beforeEach(async () => {
  clock = { nowMs: Date.UTC(2026, 10, 18, 12), now: () => clock.nowMs }
  const proxied = async (port: number, raw = false) => {
    const proxy = await faultProxy({ port }, { raw })
    closeAfter(() => proxy.close())
    return proxy
  }
  pair = await redisPair(async ({ port }) => {
    link = await proxied(port, true)
    return link
  })
  closeAfter(pair.stop)
  doors = [await proxied(pair.master.port), await proxied(pair.master.port)]
  const options = { deadlineMs: 20_000, clock }
  a = await openBooks(doors[0].url, options)
  b = redisLedger(doors[1].url, options)
  closeAfter(async () => void (await Promise.all([a.close(), b.close()])))
  await a.reserve(reserving('before', 20))
  await a.settle({ org: ORG, id: 'before', actual: cents(20), basis: 'exact' })
  expect(await standing(b)).toEqual([20, 0, 0])
  await pair.synced()
})

/** The network comes apart: the replica is made the master of b's side, and the old one goes on for a's. */
async function split(): Promise<void> {
  link.shut()
  await pair.promote()
  doors[1].retarget(pair.replica.port)
  clock.nowMs += LOOK_MS
  await expect(b.reserve(reserving('b', 80))).rejects.toThrow('being recovered')
  clock.nowMs += CLOSED_MS
}

/** It is whole again, and the old master steps back. */
async function heal(): Promise<void> {
  doors[0].retarget(pair.replica.port)
  expect(await a.heartbeat(ORG, [], 1000)).toEqual({ notOpen: [], revived: [] })
}

const outcome = async (ledger: Ledger, id: string, count: number) =>
  (await ledger.reserve(reserving(id, count))).status

describe('a split network, with a master on either side', () => {
  it('admits on each at most what was left there, and ends with books that have all of it', async () => {
    await split()
    expect([await outcome(a, 'a', 80), await outcome(b, 'b', 80)]).toEqual(['ok', 'ok'])
    expect([await outcome(a, 'more', 1), await outcome(b, 'more', 1)]).toEqual(['denied', 'denied'])
    await a.settle({ org: ORG, id: 'a', actual: cents(70), basis: 'exact' })
    await heal()
    expect(await standing(a)).toEqual([20 + 70, 80, 0])
    expect(await outcome(a, 'after', 1)).toBe('denied')
    await b.settle({ org: ORG, id: 'b', actual: cents(80), basis: 'exact' })
    expect(await standing(b)).toEqual([20 + 70 + 80, 0, 0])
  })

  it('admits nothing more on a master that nobody follows, where it asks for replicas', async () => {
    await pair.master.call('config', 'set', 'min-replicas-to-write', 1)
    await until('the replica has answered', async () => {
      return infoOf(await pair.master.call('info'), 'min_slaves_good_slaves') === '1'
    })
    expect(await outcome(a, 'a', 30)).toBe('ok')
    await split()
    await until('the master steps back by itself', async () => {
      return infoOf(await pair.master.call('info'), 'min_slaves_good_slaves') === '0'
    })
    await expect(a.reserve(reserving('more', 10))).rejects.toThrow('NOREPLICAS')
    await heal()
    clock.nowMs += CLOSED_MS
    const [spent, reserved] = await standing(b)
    expect([spent, reserved]).toEqual([20, 30])
    expect([await outcome(b, 'b', 50), await outcome(a, 'c', 1)]).toEqual(['ok', 'denied'])
  })

  it('lets nobody go on who has been on the other side for longer than can be told again', async () => {
    await split()
    await a.reserve(reserving('a', 30))
    await a.settle({ org: ORG, id: 'a', actual: cents(30), basis: 'exact' })
    for (const id of ['then', 'later']) {
      clock.nowMs += 61_000
      await a.reserve(reserving(id, 1))
      await a.release(ORG, id)
    }
    doors[0].retarget(pair.replica.port)
    await expect(a.reserve(reserving('after', 1))).rejects.toThrow('have lost more than can be told again')
    expect(await outcome(b, 'b', 80)).toBe('ok')
  })
})
