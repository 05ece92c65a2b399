import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  FULL,
  HOUR_MS,
  type LuaBooks,
  type LuaServer,
  luaServer,
  NOON_MS,
  rulesOf,
  startOf,
  TTL_MS,
  windowPair,
} from '../../../../../../test/support/lua-books.ts'
import { redisServer } from '../../../../../../test/support/redis/servers.ts'
import { overdue } from './overdue.ts'
import { record } from './record.ts'
import { unconfirmed } from './unconfirmed.ts'

const PATH = ['key:k']
let server: LuaServer
let books: LuaBooks

beforeAll(async () => {
  server = await luaServer()
})
afterAll(() => server.stop())
beforeEach(async () => {
  books = await server.books()
})

async function expectStart(reply: Promise<unknown>, ...like: readonly unknown[]): Promise<void> {
  expect(startOf(await reply, like)).toEqual(like)
}

/** Nothing in the books may be different afterwards. */
async function changesNothing(act: () => Promise<unknown>): Promise<void> {
  const before = await books.dump()
  await act()
  expect(await books.dump()).toEqual(before)
}

describe('provision', () => {
  it('makes an account, and is unchanged when said again', async () => {
    expect(await books.provision('key:k', ['hard usd day 100'])).toEqual(['ok', '1'])
    expect(await books.provision('key:k', ['hard usd day 100'])).toEqual(['unchanged', '1'])
    expect(await books.provision('key:k', ['hard usd day 90'])).toEqual(['ok', '2'])
    expect(await server.redis.hgetall(books.keys.known)).toEqual({ 'key:k': '1' })
  })

  it('changes only what the caller has seen', async () => {
    await books.provision('key:k', ['hard usd day 100'])
    const { v, rules, limits } = rulesOf(['hard usd day 100'])
    const stale = ['stale', [['1', v, rules, limits, '0', '']]]
    expect(await books.provision('key:k', [], { seenV: '', seenLimits: '' })).toEqual(stale)
    expect(await books.provision('key:k', [], { seenLimits: 'r1' })).toEqual(stale)
    const absent = ['stale', [['1', '', '', '', '', '']]]
    expect(await books.provision('key:other', [], { seenV: 'x' })).toEqual(absent)
  })

  it('lets a lower revision overwrite nothing', async () => {
    await books.provision('key:k', ['hard usd day 100'], { revision: 5 })
    expect(await books.provision('key:k', ['hard usd day 90'], { revision: 4 })).toEqual(['older', '5'])
    await expectStart(books.provision('key:k', ['hard usd day 90'], { revision: 5 }), 'ok')
    await expectStart(books.provision('key:k', ['hard usd day 80']), 'ok')
    expect(await books.provision('key:k', ['hard usd day 90'], { revision: 4 })).toEqual(['older', '5'])
  })

  it('is told again only to books that have lost it, whatever the caller has seen', async () => {
    await books.provision('key:k', ['hard usd day 100'])
    const [, q] = await books.provision('key:k', ['hard usd day 80'])
    const again = (at: number) => books.provision('key:k', ['hard usd day 70'], { at })
    await changesNothing(() => expectStart(again(Number(q)), 'later'))
    await expectStart(again(Number(q) + 5), 'ok')
    await changesNothing(() => expectStart(again(Number(q) + 4), 'later'))
    // An account that is gone has lost its counters, too: nobody makes it again unasked.
    await server.redis.del(books.keys.account('key:k'))
    await changesNothing(() => expectStart(again(Number(q) + 9), 'later'))
  })

  it('makes an account somebody’s own whatever defaults it has followed', async () => {
    await books.provision('key:k', ['hard usd day 100'])
    await server.redis.hset(books.keys.account('key:k'), 'auto', '900', 'parent', 'org:o')
    await server.redis.hset(books.keys.known, 'under org:o', '1')
    await expectStart(books.provision('key:k', ['hard usd day 90'], { revision: 5 }), 'ok')
    expect(await server.redis.hmget(books.keys.account('key:k'), 'auto', 'parent', 'rev')).toEqual([
      null,
      null,
      '5',
    ])
    expect(await server.redis.hget(books.keys.known, 'under org:o')).toBe('0')
    const follow = { revision: 901, auto: '1' }
    await expectStart(books.provision('key:k', ['hard usd day 1'], follow), 'stale', [['1']])
  })

  it('keeps counters when a limit changes: lowered denies, raised admits', async () => {
    await books.provision('key:k', ['hard usd day 100'])
    await books.reserve('a', PATH, '60 0 1')
    await books.provision('key:k', ['hard usd day 50'])
    await expectStart(books.reserve('b', PATH, '1 0 1'), 'denied', ['reserved', '1', '1', '50', '0', '60'])
    await books.provision('key:k', ['hard usd day 70'])
    await expectStart(books.reserve('b', PATH, '1 0 1', '20 0 1'), 'ok', '0', '10 0 1')
  })

  it('lets a new budget take over what the one in whose place it comes has counted, running requests included', async () => {
    await books.provision('key:k', ['hard usd day 100'])
    await books.reserve('a', PATH, '30 0 1')
    await books.reserve('b', PATH, '20 0 1')
    await books.settle('b', PATH, '15 0 1')
    await books.provision('key:k', [`retired usd day ${FULL}`, 'hard usd hour 100'], { seeds: '2<1' })
    expect(await books.counter('key:k', 2)).toBe('15 30 0 0')
    await expectStart(books.extend('a', PATH, '86 0 1'), 'denied', ['reserved', '1', '2', '100', '15', '30'])
    await expectStart(books.extend('a', PATH, '40 0 1'), 'open')
    expect(await books.counter('key:k', 2)).toBe('15 40 0 0')
    await books.settle('a', PATH, '25 0 1')
    expect([await books.counter('key:k', 1), await books.counter('key:k', 2)]).toEqual([
      '40 0 0 0',
      '40 0 0 0',
    ])
    await books.reserve('c', PATH, '5 0 1')
    expect([await books.counter('key:k', 1), await books.counter('key:k', 2)]).toEqual([
      '40 5 0 0',
      '40 5 0 0',
    ])
  })

  it('lets a budget be taken over from one that has taken over itself', async () => {
    await books.provision('key:k', ['hard usd day 100'])
    await books.reserve('a', PATH, '30 0 1')
    await books.provision('key:k', [`retired usd day ${FULL}`, 'hard usd hour 100'], { seeds: '2<1' })
    const third = [`retired usd day ${FULL}`, `retired usd hour ${FULL}`, 'hard usd total 100'] as const
    await books.provision('key:k', third, { seeds: '3<2' })
    await books.settle('a', PATH, '25 0 1')
    expect(await books.counter('key:k', 3)).toBe('25 0 0 0')
    expect(await books.counter('key:k', 2)).toBe('25 0 0 0')
  })

  it('refuses windows that overlap those that the account is in', async () => {
    await books.provision('key:k', ['hard usd day 100'])
    const shifted = `2026-11-18 ${NOON_MS - HOUR_MS} ${NOON_MS + HOUR_MS} x ${NOON_MS + HOUR_MS} ${NOON_MS + 2 * HOUR_MS}`
    expect(await books.provision('key:k', ['hard usd day 90'], { windows: [shifted] })).toEqual([
      'window',
      String(NOON_MS),
    ])
    const late = { windows: [windowPair('day', NOON_MS + 24 * HOUR_MS)] }
    expect(await books.provision('key:k', ['hard usd day 90'], late)).toEqual(['window', String(NOON_MS)])
  })
})

describe('read', () => {
  it('says where accounts stand, and describes those that the caller has not seen', async () => {
    await books.provision('key:k', ['hard usd day 100+5@9'])
    await books.provision('team:t', [])
    await books.reserve('a', PATH, '30 0 1')
    books.accounts.set('team:t', ['hard usd day 1'])
    const { limits } = rulesOf(['hard usd day 100+5@9'])
    const { v, rules, limits: none } = rulesOf([])
    expect(await books.read(['key:k', 'team:t', 'key:nobody'])).toEqual([
      'ok',
      [
        ['ok', limits, '0 30 0 0', '0 30 0 0'],
        ['stale', '2', v, rules, none, '0', ''],
        ['stale', '3', '', '', '', '', ''],
      ],
      '2026-11-18 1794960000000 1795046400000',
      '3',
    ])
  })

  it('shows an empty window once the last has ended, before anybody has begun it', async () => {
    await books.provision('key:k', ['hard usd hour 100'])
    await books.reserve('a', PATH, '30 0 1')
    books.clock.nowMs += HOUR_MS
    expect(await books.counter('key:k', 1)).toBe('0 0 0 0')
    expect(await books.counter('key:k', 0)).toBe('0 30 0 0')
  })
})

describe('adjust', () => {
  it('corrects one counter of the current window, once per id, and keeps why', async () => {
    await books.provision('key:k', ['hard usd day 100'])
    await expectStart(books.adjust('a', 'key:k', 1, 30), 'ok')
    await expectStart(books.adjust('a', 'key:k', 1, 30), 'repeat')
    await expectStart(books.adjust('b', 'key:k', 1, -40), 'ok')
    await expectStart(books.adjust('c', 'key:k', 0, 7), 'ok')
    expect([await books.counter('key:k', 0), await books.counter('key:k', 1)]).toEqual([
      '7 0 0 0',
      '-10 0 0 0',
    ])
    expect(await server.redis.hgetall(books.keys.adjustments)).toEqual({
      a: `1:2026-11-18 30 ${NOON_MS} invoice`,
      b: `1:2026-11-18 -40 ${NOON_MS} invoice`,
      c: `0:total 7 ${NOON_MS} invoice`,
    })
    await expectStart(books.reserve('x', PATH, '111 0 1'), 'denied', ['exceeded', '1', '1', '100', '-10'])
    await expectStart(books.reserve('x', PATH, '110 0 1'), 'ok')
  })

  it('knows only accounts that are there, as they are, in the window of now', async () => {
    expect(await books.adjust('a', 'key:k', 1, 30)).toEqual(['no_account'])
    await books.provision('key:k', ['hard usd day 100'])
    const late = windowPair('day', NOON_MS + 24 * HOUR_MS)
    expect(await books.adjust('a', 'key:k', 1, 30, late)).toEqual(['window', String(NOON_MS)])
    books.accounts.set('key:k', [])
    await expectStart(books.adjust('a', 'key:k', 0, 30), 'stale', [['1']])
  })
})

describe('lists', () => {
  it('name what is overdue and what is unconfirmed, oldest first, and one record as it is kept', async () => {
    await books.provision('key:k', ['hard usd day 100'])
    for (const [id, ttl] of [
      ['a', 3000],
      ['b', 1000],
      ['c', 2000],
    ] as const) {
      await books.reserve(id, PATH, '10 0 1', '10 0 1', { ttl })
    }
    books.clock.nowMs += 2000
    const { deadlines, meta, unconfirmed: x, reservation } = books.keys
    const ask = (limit: number) => books.run(overdue, { deadlines, meta }, { now: books.clock.nowMs, limit })
    expect(await ask(9)).toEqual(['ok', ['b', 'c'], String(NOON_MS + 2000)])
    expect(await ask(1)).toEqual(['ok', ['b'], String(NOON_MS + 2000)])
    for (const id of ['b', 'c', 'a']) {
      if (id === 'a') books.clock.nowMs += TTL_MS
      await books.expire(id, PATH)
    }
    const list = (args: object) =>
      books.run(unconfirmed, { unconfirmed: x, meta }, { since: 0, until: '', offset: 0, limit: 9, ...args })
    expect(await list({})).toEqual(['ok', ['b', 'c', 'a']])
    expect(await list({ since: NOON_MS + 2001 })).toEqual(['ok', ['a']])
    expect(await list({ until: NOON_MS + 2000, offset: 1 })).toEqual(['ok', ['c']])
    const look = (id: string) =>
      books.run(record, { reservation: reservation(id), meta }, { now: books.clock.nowMs, id })
    await expectStart(look('b'), 'ok', ['b', 'expired', 'instance/boot'])
    expect(await look('nobody')).toEqual(['unknown'])
  })
})

describe('keys', () => {
  it('of one org are in one slot, those of others elsewhere', async () => {
    const cluster = await redisServer({ config: { 'cluster-enabled': 'yes' } })
    try {
      const { keys } = books
      const all = [keys.meta, keys.known, keys.deadlines, keys.unconfirmed, keys.adjustments, keys.unbooked]
      const named = [
        keys.rollup(NOON_MS),
        keys.reservation('{a}'),
        keys.account('team:{x}'),
        keys.account('key:k'),
      ]
      const slots = await Promise.all(
        [...all, ...named].map((key) => cluster.call('cluster', 'keyslot', key)),
      )
      expect(new Set(slots).size).toBe(1)
      const other = (await server.books()).keys.meta
      expect(slots).not.toContain(await cluster.call('cluster', 'keyslot', other))
    } finally {
      await cluster.stop()
    }
  })
})
