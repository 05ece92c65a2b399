import type { Budget, Ledger } from '@tollgate/kit/ledger'
import { type RedisLedgerOptions, redisLedger } from '@tollgate/kit/ledger/redis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type RedisServer, redisServer } from '../support/redis.ts'
import { cents, KEY, ORG, openBooks, PATH, reserving, standing } from '../support/redis-books.ts'

let server: RedisServer
beforeAll(async () => {
  server = await redisServer()
})
afterAll(() => server.stop())

const open: Ledger[] = []
afterEach(async () => {
  for (const ledger of open.splice(0)) await ledger.close()
})

let books = 0

/** Several processes on the same books. */
async function fleet(...each: RedisLedgerOptions[]): Promise<Ledger[]> {
  const prefix = `fleet${books++}`
  const [first, ...others] = each.map((options) => ({ deadlineMs: 20_000, ...options, prefix }))
  open.push(await openBooks(server.url, first), ...others.map((options) => redisLedger(server.url, options)))
  return open
}

const CAP: Budget = {
  id: 'cap',
  metric: 'usd',
  window: 'day',
  timeZone: 'UTC',
  limit: cents(100).usd,
  mode: 'hard',
}

describe('several processes on the same books', () => {
  it('admit together exactly what the limit allows', async () => {
    const ledgers = await fleet({}, {}, {})
    const replies = await Promise.all(
      Array.from({ length: 600 }, (_, at) => ledgers[at % 3]!.reserve(reserving(`r${at}`))),
    )
    expect(replies.filter(({ status }) => status === 'ok').length).toBe(10)
    expect(await standing(ledgers[0]!)).toEqual([0, 100, 0])
  })

  it('see each other’s reservations, and may end them', async () => {
    const [one, other] = await fleet({}, {})
    for (const id of ['a', 'b', 'c']) await one!.reserve(reserving(id))
    expect(await other!.settle({ org: ORG, id: 'a', actual: cents(4), basis: 'exact' })).toMatchObject({
      status: 'settled',
    })
    expect(await other!.release(ORG, 'b')).toEqual({ status: 'released' })
    expect(
      await other!.extend({
        org: ORG,
        id: 'c',
        min: cents(90),
        want: cents(99),
        consumed: cents(1),
        ttlMs: 60_000,
      }),
    ).toMatchObject({ status: 'open', granted: cents(96) })
    expect(
      await one!.heartbeat(
        ORG,
        ['a', 'b', 'c'].map((id) => ({ id, observed: cents(1) })),
        60_000,
      ),
    ).toEqual({
      notOpen: ['a', 'b'],
      revived: [],
    })
    expect(await standing(one!)).toEqual([5, 95, 0])
  })

  it('go by budgets that another has changed, at the next request', async () => {
    const [one, other] = await fleet({}, {})
    await other!.reserve(reserving('a'))
    await one!.provision(ORG, KEY, [{ ...CAP, id: 'hour', window: 'hour', limit: cents(15).usd }])
    expect(await other!.reserve(reserving('b'))).toMatchObject({
      status: 'denied',
      shortfall: { budget: 'hour', window: 'hour', spent: 0, reserved: cents(10).usd },
    })
    expect(other!.smallestLimits(ORG, PATH)).toEqual({ usd: cents(15).usd })
    await one!.provision(ORG, KEY, [{ ...CAP, id: 'hour', window: 'hour', limit: cents(18).usd }])
    expect(await other!.reserve(reserving('c'))).toMatchObject({ status: 'denied' })
    expect(other!.smallestLimits(ORG, PATH)).toEqual({ usd: cents(18).usd })
  })

  it('do not undo each other’s provisioning', async () => {
    const [one, other] = await fleet({}, {})
    await Promise.all(
      [one!, other!].flatMap((ledger, at) => [
        ledger.provision(ORG, KEY, [{ ...CAP, limit: cents(50 + at).usd }]),
        ledger.provision(ORG, 'key:other', [{ ...CAP, id: `cap${at}` }]),
      ]),
    )
    const [state] = await one!.read(ORG, ['key:other'])
    expect(state!.budgets.length).toBe(1)
    expect(await one!.read(ORG, [KEY, 'key:other'])).toEqual(await other!.read(ORG, [KEY, 'key:other']))
  })

  it('let default budgets of a higher revision win, and leave them alone when theirs is lower', async () => {
    const daily = (limit_usd: string) => ({ budgets: [{ per: 'user', limit_usd, period: 'daily' }] as const })
    const [old, next] = await fleet({ ...daily('0.20'), revision: 1 }, { ...daily('0.30'), revision: 2 })
    const asking = (id: string) => ({ ...reserving(id, 1), path: ['org:acme', 'user:ada'] as const })
    expect(await old!.reserve(asking('a'))).toMatchObject({ tightest: { limit: cents(20).usd } })
    expect(await next!.reserve(asking('b'))).toMatchObject({
      tightest: { limit: cents(30).usd, reserved: cents(2).usd },
    })
    expect(await old!.reserve(asking('c'))).toMatchObject({
      tightest: { limit: cents(30).usd, reserved: cents(3).usd },
    })
  })

  it('are all told of a recovery by their heartbeats, whoever noticed', async () => {
    const clock = { nowMs: Date.UTC(2026, 10, 18, 12), now: () => clock.nowMs }
    const [one, other] = await fleet({ clock }, { clock })
    await one!.reserve(reserving('a'))
    await other!.reserve(reserving('b'))
    await other!.heartbeat(ORG, [{ id: 'b', observed: cents(1) }], 60_000)
    const meta = `fleet${books - 1}:1:{${ORG}}:meta`
    // Another server has taken over, and has never heard of the other's reservation.
    await server.call('del', `fleet${books - 1}:1:{${ORG}}:res:b`)
    await server.call('zrem', `fleet${books - 1}:1:{${ORG}}:dl`, 'b')
    await server.call('hset', meta, 'rid', 'another')
    clock.nowMs += 1000
    await expect(one!.reserve(reserving('c'))).rejects.toThrow('being recovered')
    await other!.heartbeat(ORG, [{ id: 'b', observed: cents(1) }], 60_000)
    expect(
      await other!.extend({
        org: ORG,
        id: 'b',
        min: cents(0),
        want: cents(0),
        consumed: cents(0),
        ttlMs: 60_000,
      }),
    ).toMatchObject({
      status: 'open',
      granted: cents(10),
    })
  })
})

describe('a raise', () => {
  it('is part of the limit until it ends, in every process, and shows in every standing', async () => {
    const clock = { nowMs: Date.UTC(2026, 10, 18, 12), now: () => clock.nowMs }
    const [one, other] = await fleet({ clock }, { clock })
    await other!.reserve(reserving('a', 100))
    await one!.provision(ORG, KEY, [
      { ...CAP, raise: { amount: cents(30).usd, untilMs: clock.nowMs + 5000 } },
    ])
    expect(await other!.reserve(reserving('b', 20))).toMatchObject({
      status: 'ok',
      tightest: { limit: cents(130).usd, remaining: cents(10).usd },
    })
    expect(await one!.read(ORG, [KEY])).toMatchObject([{ budgets: [{ limit: cents(130).usd }] }])
    expect([one!, other!].map((ledger) => ledger.smallestLimits(ORG, PATH))).toEqual([
      { usd: cents(130).usd },
      { usd: cents(130).usd },
    ])
    clock.nowMs += 5000
    expect(await other!.reserve(reserving('c', 5))).toMatchObject({
      status: 'denied',
      shortfall: { limit: cents(100).usd, remaining: -cents(20).usd },
    })
    expect(await one!.read(ORG, [KEY])).toMatchObject([{ budgets: [{ limit: cents(100).usd }] }])
  })
})
