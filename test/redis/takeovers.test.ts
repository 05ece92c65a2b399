import type { Basis, Ledger } from '@tollgate/kit/ledger'
import { redisLedger, redisUnbooked } from '@tollgate/kit/ledger/redis'
import { afterEach, describe, expect, it } from 'vitest'
import { faultProxy, type RedisServer, redisServer, until } from '../support/redis.ts'
import { cents, ORG, openBooks, reserving, standing } from '../support/redis-books.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** Of a reservation without a heartbeat, and of the tombstone of one that has ended. */
const TTL_MS = 60_000
const TOMBSTONE_MS = 600_000
/** How long the books are closed while they are recovered. */
const CLOSED_MS = 2500
/** After which a reserve asks whether the server is another, and notes what time it is. */
const LOOK_MS = 1000

/** Two processes and one server, on a clock that only the test moves. */
async function twoOnOne() {
  const clock = { nowMs: Date.UTC(2026, 10, 18, 12), now: () => clock.nowMs }
  // For `forget`, which Redis allows nobody unasked.
  const server = await redisServer({ config: { 'enable-debug-command': 'yes' } })
  cleanups.push(() => server.stop())
  const options = { deadlineMs: 20_000, clock }
  const a = await openBooks(server.url, options)
  const b = redisLedger(server.url, options)
  const unbooked = redisUnbooked(server.url)
  cleanups.push(a.close, b.close, unbooked.close)
  return { clock, server, a, b, unbooked, ...losing(server, [a, b]) }
}

/** What a server can lose: everything since it last saved. */
function losing(server: RedisServer, ledgers: readonly Ledger[]) {
  return {
    save: () => server.call('save'),
    /** It dies and comes back with what it had saved, as another server does that lags behind. */
    async crash() {
      await server.restart()
      for (const ledger of ledgers) await until('it is connected again', () => standing(ledger))
    },
    /** The same, without a word of it: the run id stays, and every connection. */
    forget: () => server.call('debug', 'reload', 'nosave'),
  }
}

const beat = (ledger: Ledger, ...ids: readonly string[]) =>
  ledger.heartbeat(
    ORG,
    ids.map((id) => ({ id, observed: cents(1) })),
    TTL_MS,
  )

const settle = (ledger: Ledger, id: string, count: number, basis: Basis = 'exact') =>
  ledger.settle({ org: ORG, id, actual: cents(count), basis })

/** Count as many changes as a reserve and its release are. */
async function pass(ledger: Ledger, id: string): Promise<void> {
  expect(await ledger.reserve(reserving(id, 1))).toMatchObject({ status: 'ok' })
  await ledger.release(ORG, id)
}

const ALIVE = { notOpen: [], revived: [] }

describe('books that are lost again before their takeover was saved', () => {
  it('are told again what was lost, though they were taken over as often as before', async () => {
    const { clock, a, b, save, crash } = await twoOnOne()
    await pass(b, 'w')
    await save()
    await crash()
    clock.nowMs += 2 * LOOK_MS
    for (const ledger of [a, b]) await beat(ledger)
    clock.nowMs += CLOSED_MS
    for (const id of ['held', 'settled']) await b.reserve(reserving(id, 40))
    await settle(b, 'settled', 40)
    await crash()
    clock.nowMs += 2 * LOOK_MS
    expect(await beat(b, 'held')).toEqual(ALIVE)
    await beat(a)
    clock.nowMs += CLOSED_MS
    expect(await standing(a)).toEqual([40, 40, 0])
    expect(await a.reserve(reserving('beyond', 40))).toMatchObject({ status: 'denied' })
  })

  it('are told by those who hear of it from another’s takeover', async () => {
    const { clock, a, b, save, crash } = await twoOnOne()
    await pass(b, 'w')
    await save()
    await crash()
    clock.nowMs += 2 * LOOK_MS
    for (const ledger of [a, b]) await beat(ledger)
    clock.nowMs += CLOSED_MS
    await b.reserve(reserving('held', 40))
    await crash()
    clock.nowMs += 2 * LOOK_MS
    await beat(a)
    expect(await beat(b, 'held')).toEqual(ALIVE)
    expect(await standing(a)).toEqual([0, 40, 0])
  })
})

describe('a reservation that the books have lost, and others have counted past', () => {
  it('is told again by a heartbeat, which always asks whose books these are', async () => {
    const { clock, a, b, save, crash } = await twoOnOne()
    await beat(b)
    clock.nowMs += LOOK_MS
    await pass(b, 'w')
    await save()
    await a.reserve(reserving('a', 90))
    await crash()
    // The time was noted within this second, so nobody who reserves asks.
    for (const id of ['x', 'y', 'z']) await pass(b, id)
    expect(await beat(a, 'a')).toEqual(ALIVE)
    expect(await standing(b)).toEqual([0, 90, 0])
    clock.nowMs += CLOSED_MS
    await beat(b)
    expect(await b.reserve(reserving('b', 90))).toMatchObject({ status: 'denied' })
    expect(await settle(a, 'a', 90)).toMatchObject({ status: 'settled' })
    expect(await standing(b)).toEqual([90, 0, 0])
  })

  it('is told again, though nothing else says that anything was lost', async () => {
    const { a, b, save, forget } = await twoOnOne()
    await beat(b)
    await pass(b, 'w')
    await save()
    for (const id of ['a', 'ended']) await a.reserve(reserving(id, 40))
    await settle(a, 'ended', 30)
    await forget()
    for (const id of ['x', 'y']) await pass(b, id)
    expect(await beat(a, 'nobody’s', 'a')).toEqual({ notOpen: ['nobody’s'], revived: [] })
    expect(await standing(b)).toEqual([30, 40, 0])
    expect(await settle(a, 'a', 35)).toMatchObject({ status: 'settled' })
    expect(await standing(b)).toEqual([65, 0, 0])
  })
})

describe('a reservation that was ended twice', () => {
  it('is told again as it was last settled, with all that the books need to have it again', async () => {
    const { clock, a, b, unbooked, save, crash } = await twoOnOne()
    await pass(a, 'w')
    await save()
    for (const id of ['corrected', 'repeated', 'late']) await a.reserve(reserving(id, 30))
    await settle(a, 'corrected', 20, 'estimated')
    await settle(a, 'corrected', 25)
    await settle(a, 'repeated', 30)
    expect(await settle(a, 'repeated', 30)).toMatchObject({ status: 'repeat' })
    expect(await settle(a, 'repeated', 40, 'estimated')).toMatchObject({ status: 'repeat' })
    await a.release(ORG, 'late')
    expect(await settle(a, 'late', 7)).toMatchObject({ status: 'late' })
    await crash()
    clock.nowMs += 2 * LOOK_MS
    for (const ledger of [a, b]) await beat(ledger)
    expect(await unbooked.list(ORG)).toEqual([])
    expect(await standing(b)).toEqual([25 + 30 + 7, 0, 0])
  })

  it('is booked by its second settle, where the books have lost it after the first', async () => {
    const { clock, a, b, unbooked, save, crash } = await twoOnOne()
    await pass(a, 'w')
    await save()
    await a.reserve(reserving('a', 30))
    await settle(a, 'a', 20, 'estimated')
    await crash()
    expect(await settle(a, 'a', 25)).toMatchObject({ status: 'settled' })
    clock.nowMs += 2 * LOOK_MS
    for (const ledger of [a, b]) await beat(ledger)
    expect(await unbooked.list(ORG)).toEqual([])
    expect(await standing(b)).toEqual([25, 0, 0])
  })
})

describe('a settle that nobody could place', () => {
  it('is on the list again, though the books had lost it', async () => {
    const { clock, a, b, unbooked, save, crash } = await twoOnOne()
    await pass(a, 'w')
    await save()
    expect(await settle(a, 'strange', 30)).toEqual({ status: 'unbooked' })
    await crash()
    expect(await unbooked.list(ORG)).toEqual([])
    clock.nowMs += 2 * LOOK_MS
    for (const ledger of [a, b]) await beat(ledger)
    expect(await unbooked.list(ORG)).toMatchObject([{ id: 'strange', actual: cents(30) }])
    expect(await standing(b)).toEqual([0, 0, 0])
  })
})

describe('a reservation that its process has not heard of for longer than tombstones last', () => {
  it('is not made again: somebody may have settled it, and its cost is kept for an operator', async () => {
    const { clock, server, a, b, unbooked } = await twoOnOne()
    await a.reserve(reserving('a', 40))
    await beat(a, 'a')
    clock.nowMs += TTL_MS
    expect(await b.expire()).toMatchObject([{ id: 'a' }])
    await b.settleExpired('observed')
    clock.nowMs += TOMBSTONE_MS
    // What its TTL does by now, on a clock that runs.
    await server.call('del', `tg:1:{${ORG}}:res:a`)
    await server.call('hset', `tg:1:{${ORG}}:meta`, 'rid', 'another')
    expect(await beat(a, 'a')).toEqual({ notOpen: ['a'], revived: [] })
    expect(await standing(b)).toEqual([1, 0, 0])
    expect(await settle(a, 'a', 12)).toEqual({ status: 'unbooked' })
    expect(await standing(b)).toEqual([1, 0, 0])
    expect(await unbooked.list(ORG)).toMatchObject([{ id: 'a', actual: cents(12) }])
  })

  it('is not opened again by a process whose settle was never taken', async () => {
    const { clock, server, b } = await twoOnOne()
    const proxy = await faultProxy(server)
    cleanups.push(() => proxy.close())
    const full = redisLedger(proxy.url, { deadlineMs: 20_000, clock })
    cleanups.push(full.close)
    await full.reserve(reserving('a', 40))
    const refused = proxy.answer('LOADING Redis is loading the dataset in memory')
    await expect(settle(full, 'a', 12)).rejects.toThrow('LOADING')
    await refused
    clock.nowMs += TOMBSTONE_MS
    expect(await b.expire()).toMatchObject([{ id: 'a' }])
    await server.call('hset', `tg:1:{${ORG}}:meta`, 'rid', 'another')
    await beat(full)
    expect(await standing(b)).toEqual([40, 0, 40])
  })
})

describe('a server whose clock is behind that of the one before it', () => {
  it('is noticed at once, and not only when its clock has caught up', async () => {
    const { clock, a, b, save, crash } = await twoOnOne()
    await beat(b)
    clock.nowMs += LOOK_MS
    await pass(b, 'w')
    await save()
    await a.reserve(reserving('a', 90))
    await crash()
    clock.nowMs -= 55_000
    await expect(b.reserve(reserving('b', 90))).rejects.toThrow('being recovered')
    expect(await beat(a, 'a')).toEqual(ALIVE)
    clock.nowMs += CLOSED_MS
    expect(await b.reserve(reserving('c', 90))).toMatchObject({ status: 'denied' })
    expect(await standing(b)).toEqual([0, 90, 0])
  })
})
