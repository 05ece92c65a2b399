import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  HOUR_MS,
  type LuaBooks,
  type LuaServer,
  luaServer,
  NOON_MS,
  startOf,
  TTL_MS,
} from '../../../../../../test/support/lua-books.ts'

const PATH = ['org:o', 'team:t', 'key:k']
let server: LuaServer
let books: LuaBooks

beforeAll(async () => {
  server = await luaServer()
})
afterAll(() => server.stop())
beforeEach(async () => {
  books = await server.books()
  await books.provision('org:o', [])
  await books.provision('team:t', ['soft usd hour 50'])
  await books.provision('key:k', ['hard usd day 100', 'hard tokens total 1000'])
})

/** The status of a reply, and what follows it as far as it is said; the sequence is not. */
async function expectStart(reply: Promise<unknown>, ...like: readonly unknown[]): Promise<void> {
  expect(startOf(await reply, like)).toEqual(like)
}

/** Nothing in the books may be different afterwards. */
async function changesNothing(act: () => Promise<unknown>): Promise<void> {
  const before = await books.dump()
  await act()
  expect(await books.dump()).toEqual(before)
}

async function expired(id: string, held = '40 0 1'): Promise<void> {
  await books.reserve(id, PATH, held)
  books.clock.nowMs += TTL_MS
  await expectStart(books.expire(id, PATH), 'expired')
}

describe('settle', () => {
  it('turns what was reserved into what it cost, on every counter of the path', async () => {
    await books.reserve('a', PATH, '30 9 1')
    await expectStart(books.settle('a', PATH, '12 4 1'), 'settled', '0')
    expect(await books.counter('org:o', 0)).toBe('12 0 0 0')
    expect(await books.counter('team:t', 1)).toBe('12 0 0 0')
    expect([await books.counter('key:k', 1), await books.counter('key:k', 2)]).toEqual([
      '12 0 0 0',
      '4 0 0 0',
    ])
    expect(await server.redis.zscore(books.keys.deadlines, 'a')).toBe(null)
  })

  it('changes nothing when repeated', async () => {
    await books.reserve('a', PATH, '30 0 1')
    await books.settle('a', PATH, '12 0 1')
    await changesNothing(() => expectStart(books.settle('a', PATH, '12 0 1'), 'repeat', '0'))
    await changesNothing(() => expectStart(books.settle('a', [], '12 0 1'), 'repeat', '0'))
  })

  it('refuses another exact amount', async () => {
    await books.reserve('a', PATH, '30 0 1')
    await books.settle('a', PATH, '12 0 1')
    await changesNothing(() => expectStart(books.settle('a', PATH, '13 0 1'), 'conflict'))
  })

  it('books what was not reserved for, in full, and counts it as overdraft', async () => {
    await books.reserve('a', PATH, '30 0 1')
    await expectStart(books.settle('a', PATH, '150 0 1'), 'settled', '1')
    await expectStart(books.settle('a', PATH, '150 0 1'), 'repeat', '1')
    expect(await books.counter('key:k', 1)).toBe('150 0 0 120')
  })

  it('lets an estimate give way to the exact amount or a higher estimate, and to nothing else', async () => {
    await books.reserve('a', PATH, '30 0 1')
    await expectStart(books.settle('a', PATH, '5 0 1', 'estimated'), 'settled')
    await changesNothing(() => expectStart(books.settle('a', PATH, '5 0 1', 'estimated'), 'repeat'))
    await expectStart(books.settle('a', PATH, '8 0 1', 'estimated'), 'settled')
    await changesNothing(() => expectStart(books.settle('a', PATH, '6 0 1', 'estimated'), 'repeat'))
    await expectStart(books.settle('a', PATH, '2 0 1'), 'settled', '0')
    await changesNothing(() => expectStart(books.settle('a', PATH, '9 0 1', 'estimated'), 'repeat'))
    expect(await books.counter('key:k', 1)).toBe('2 0 0 0')
  })

  it('corrects what an expired reservation was charged, and books work that was done after a release', async () => {
    await expired('a')
    await expectStart(books.settle('a', PATH, '15 0 1'), 'late', '0')
    expect(await books.counter('key:k', 1)).toBe('15 0 0 0')
    expect(await server.redis.zcard(books.keys.unconfirmed)).toBe(0)
    await books.reserve('b', PATH, '10 0 1')
    await books.release('b', PATH)
    await expectStart(books.settle('b', PATH, '4 0 1'), 'late', '0')
    expect(await books.counter('key:k', 1)).toBe('19 0 0 0')
  })

  it('asks for the path where it needs one', async () => {
    await books.reserve('a', PATH, '30 0 1')
    await changesNothing(async () => {
      expect(await books.settle('a', [], '12 0 1')).toEqual(['path', JSON.stringify(PATH)])
      expect(await books.release('a', ['org:o'])).toEqual(['path', JSON.stringify(PATH)])
    })
  })

  it('keeps what nothing says where to book for an operator, an exact amount before an estimate', async () => {
    await expectStart(books.settle('a', [], '4 0 1', 'estimated'), 'unbooked')
    await expectStart(books.settle('a', [], '5 0 1'), 'unbooked')
    await expectStart(books.settle('a', [], '6 0 1', 'estimated'), 'unbooked')
    expect(await server.redis.hgetall(books.keys.unbooked)).toEqual({ a: `exact 5 0 1 ${NOON_MS}` })
    await books.release('b', [])
    await expectStart(books.settle('b', [], '4 0 1'), 'unbooked')
  })

  it('books a reservation that the books have lost by what the command says of it, once', async () => {
    const { shapes, windows } = books.described(PATH)
    const own = windows.map((pair) => pair.split(' ').slice(0, 3).join(' ')).join(';')
    const lost = { ttl: TTL_MS, held: '30 0 1', shapes: shapes.join(' '), windows: own, label: 'team:a,m' }
    await expectStart(books.settle('a', PATH, '40 0 1', 'estimated', lost), 'lost', '1')
    await changesNothing(() =>
      expectStart(books.settle('a', PATH, '40 0 1', 'estimated', lost), 'repeat', '1'),
    )
    await expectStart(books.settle('a', PATH, '35 0 1', 'exact', lost), 'settled', '1')
    expect(await books.counter('key:k', 1)).toBe('35 0 0 5')
    await expectStart(books.settle('b', PATH, '9 0 1', 'exact', { ...lost, age: 600_000 }), 'too_old')
    await expectStart(books.settle('c', PATH, '9 0 1', 'exact', { ...lost, age: 599_999 }), 'lost', '0')
    expect(await books.counter('key:k', 1)).toBe('44 0 0 5')
    await server.redis.del(books.keys.account('team:t'))
    await expectStart(books.settle('d', PATH, '1 0 1', 'exact', lost), 'lost', '0')
    expect(await server.redis.exists(books.keys.account('team:t'))).toBe(0)
    expect(await books.counter('key:k', 1)).toBe('45 0 0 5')
  })

  it('leaves a tombstone for twice the ttl, ten minutes at least', async () => {
    await books.reserve('short', PATH, '1 0 1')
    await books.reserve('long', PATH, '1 0 1', '1 0 1', { ttl: 20 * 60_000 })
    for (const id of ['short', 'long']) await books.settle(id, PATH, '1 0 1')
    expect(await server.redis.pttl(books.keys.reservation('short'))).toBeGreaterThan(590_000)
    expect(await server.redis.pttl(books.keys.reservation('long'))).toBeGreaterThan(2_300_000)
    books.clock.nowMs += 10 * 60_000 - 1
    await expectStart(books.settle('short', [], '1 0 1'), 'repeat')
    books.clock.nowMs += 1
    await expectStart(books.settle('short', [], '1 0 1'), 'unbooked')
    await expectStart(books.settle('long', [], '1 0 1'), 'repeat')
  })

  it('charges for ever the window in which it was admitted', async () => {
    await books.reserve('a', PATH, '30 0 1', '30 0 1', { ttl: 86_400_000 })
    books.clock.nowMs += 12 * HOUR_MS
    await books.reserve('b', PATH, '1 0 1')
    await books.settle('a', PATH, '20 0 1')
    expect(await books.counter('key:k', 1)).toBe('0 1 0 0')
    expect(await books.keptCounter('key:k', '1:2026-11-18')).toBe('20 0 0 0')
    expect(await books.counter('key:k', 0)).toBe('20 1 0 0')
  })

  it('never makes an account again that is gone', async () => {
    await books.reserve('a', PATH, '30 0 1')
    await server.redis.del(books.keys.account('team:t'))
    await expectStart(books.settle('a', PATH, '20 0 1'), 'settled')
    expect(await server.redis.exists(books.keys.account('team:t'))).toBe(0)
    expect(await books.counter('org:o', 0)).toBe('20 0 0 0')
  })

  it('gives money back when memory is full', async () => {
    for (const id of ['a', 'b', 'c']) await books.reserve(id, PATH, '10 0 1')
    await server.redis.config('SET', 'maxmemory', '1')
    try {
      await expectStart(books.settle('a', PATH, '5 0 1'), 'settled')
      await expectStart(books.release('b', PATH), 'released')
      books.clock.nowMs += TTL_MS
      await expectStart(books.expire('c', PATH), 'expired')
      await expectStart(books.adjust('fix', 'org:o', 0, -1), 'ok')
      await expectStart(books.settleExpired('c', PATH, 'zero'), 'settled')
    } finally {
      await server.redis.config('SET', 'maxmemory', '0')
    }
    expect(await books.counter('org:o', 0)).toBe('4 0 0 0')
  })
})

describe('release', () => {
  it('gives back what was reserved, once', async () => {
    await books.reserve('a', PATH, '30 0 1')
    await expectStart(books.release('a', PATH), 'released')
    await changesNothing(() => expectStart(books.release('a', PATH), 'repeat'))
    expect(await books.counter('key:k', 1)).toBe('0 0 0 0')
  })

  it('keeps a reserve that is still on its way from coming to life', async () => {
    await expectStart(books.release('a', []), 'tombstoned')
    await changesNothing(() => expectStart(books.release('a', []), 'repeat'))
    expect(await books.reserve('a', PATH, '30 0 1')).toEqual(['finished'])
    expect(await server.redis.pttl(books.keys.reservation('a'))).toBeGreaterThan(590_000)
  })

  it('lets an id be used again when its tombstone has served its time, and gives it no TTL', async () => {
    await books.release('a', [])
    books.clock.nowMs += 600_000
    await expectStart(books.reserve('a', PATH, '30 0 1'), 'ok', '0')
    expect(await server.redis.pttl(books.keys.reservation('a'))).toBe(-1)
  })

  it('does not undo a settle, and is legal on an expired reservation', async () => {
    await books.reserve('a', PATH, '30 0 1')
    await books.settle('a', PATH, '3 0 1')
    await changesNothing(() => expectStart(books.release('a', PATH), 'conflict'))
    await expired('b')
    await expectStart(books.release('b', PATH), 'released')
    expect(await books.counter('key:k', 1)).toBe('3 0 0 0')
    expect(await server.redis.zcard(books.keys.unconfirmed)).toBe(0)
  })
})

describe('expire', () => {
  it('charges what is past its deadline in full, unconfirmed', async () => {
    await books.reserve('a', PATH, '40 0 1')
    books.clock.nowMs += TTL_MS - 1
    await changesNothing(async () => {
      expect(await books.expire('a', PATH)).toEqual(['early', String(NOON_MS + TTL_MS)])
    })
    books.clock.nowMs += 1
    const { windows } = books.described(PATH)
    const own = windows.map((pair) => pair.split(' ').slice(0, 3).join(' ')).join(';')
    await expectStart(books.expire('a', PATH), 'expired', [
      ...['a', 'expired', 'instance/boot', JSON.stringify(PATH), '{"model":"m"}', 'team:a,m'],
      ...['40 0 1', '40 0 1', '0 0 0', '0 0 0', String(NOON_MS), String(NOON_MS + TTL_MS), String(TTL_MS)],
      ...['10 1011 101220', own],
    ])
    expect(await books.counter('key:k', 1)).toBe('40 0 40 0')
    expect(await server.redis.zscore(books.keys.unconfirmed, 'a')).toBe(String(NOON_MS + TTL_MS))
    expect(await server.redis.pttl(books.keys.reservation('a'))).toBe(-1)
    await changesNothing(() => expectStart(books.expire('a', PATH), 'gone'))
  })

  it('waits a whole life after a recovery', async () => {
    await books.reserve('a', PATH, '40 0 1')
    books.clock.nowMs += TTL_MS
    await books.recover({ qSeen: 1000 })
    expect(await books.expire('a', PATH)).toEqual(['early', String(NOON_MS + 2 * TTL_MS + 2500)])
    books.clock.nowMs += TTL_MS + 2500
    await expectStart(books.expire('a', PATH), 'expired')
  })

  it('does nothing on books that are behind what the caller has seen', async () => {
    await books.reserve('a', PATH, '40 0 1')
    books.clock.nowMs += TTL_MS
    await changesNothing(() => expectStart(books.expire('a', PATH, { qSeen: 1000 }), 'epoch'))
  })

  it('takes off the list what is not there, which would stand before all others for ever, and counts it', async () => {
    for (const id of ['a', 'b']) await books.reserve(id, PATH, '40 0 1')
    await server.redis.del(books.keys.reservation('a'))
    books.clock.nowMs += TTL_MS
    await expectStart(books.expire('a', PATH), 'gone')
    expect(await server.redis.zrange(books.keys.deadlines, '0', '-1')).toEqual(['b'])
    expect(await server.redis.hget(books.keys.meta, 'lost')).toBe('1')
    // What it held, nobody knows any more.
    expect(await books.counter('key:k', 1)).toBe('0 80 0 0')
    await changesNothing(() => expectStart(books.expire('a', PATH), 'gone'))
  })
})

describe('settle_expired', () => {
  it('settles at what was observed, at nothing, or as it was charged; what was consumed stays', async () => {
    for (const [id, to, charged] of [
      ['a', 'observed', '12 0 1'],
      ['b', 'zero', '3 0 0'],
      ['c', 'reserved', '20 0 1'],
    ] as const) {
      await books.reserve(id, PATH, '20 0 1')
      await books.extend(id, PATH, '0 0 0', { consumed: '3 0 0', observed: '12 0 1' })
      books.clock.nowMs += TTL_MS
      await books.expire(id, PATH)
      await expectStart(books.settleExpired(id, PATH, to), 'settled', charged, [id, 'expired'])
      await changesNothing(() => expectStart(books.settleExpired(id, PATH, to), 'gone'))
    }
    expect(await books.counter('key:k', 1)).toBe('35 0 0 0')
    await expectStart(books.settle('b', PATH, '7 0 1'), 'settled')
    expect(await books.counter('key:k', 1)).toBe('39 0 0 0')
  })

  it('takes off the list what is not there', async () => {
    await expired('a')
    await server.redis.del(books.keys.reservation('a'))
    await expectStart(books.settleExpired('a', PATH, 'reserved'), 'gone')
    expect(await server.redis.zcard(books.keys.unconfirmed)).toBe(0)
    expect(await books.counter('key:k', 1)).toBe('40 0 40 0')
  })

  it('never settles above what was reserved', async () => {
    await books.reserve('a', PATH, '20 0 1')
    await books.extend('a', PATH, '0 0 0', { observed: '90 0 1' })
    books.clock.nowMs += TTL_MS
    await books.expire('a', PATH)
    await expectStart(books.settleExpired('a', PATH, 'observed'), 'settled', '20 0 1')
  })
})

describe('roll-up', () => {
  const day = () => server.redis.hgetall(books.keys.rollup(books.clock.nowMs))

  it('has what closed reservations are charged, by label, once', async () => {
    for (const id of ['a', 'b', 'c', 'd'])
      await books.reserve(id, PATH, '10 5 1', '10 5 1', { label: id < 'c' ? 'x' : 'y' })
    await books.settle('a', PATH, '8 4 1')
    await books.settle('a', PATH, '8 4 1')
    await books.settle('b', PATH, '5 5 1', 'estimated')
    await books.settle('b', PATH, '4 3 1')
    await books.release('c', PATH)
    expect(await day()).toEqual({ x: '12 7 2' })
    books.clock.nowMs += TTL_MS
    await books.expire('d', PATH)
    expect(await day()).toEqual({ x: '12 7 2', y: '10 5 1' })
    await books.settle('d', PATH, '1 1 1')
    expect(await day()).toEqual({ x: '12 7 2', y: '1 1 1' })
    expect(await server.redis.pttl(books.keys.rollup(books.clock.nowMs))).toBeGreaterThan(399 * 24 * HOUR_MS)
  })

  it('books a correction on the day on which it comes', async () => {
    await books.reserve('a', PATH, '10 0 1')
    await books.settle('a', PATH, '8 0 1', 'estimated')
    books.clock.nowMs += 12 * HOUR_MS
    await server.redis.hset(books.keys.reservation('a'), 'gone', String(books.clock.nowMs + 1))
    await books.settle('a', PATH, '5 0 1')
    expect(await day()).toEqual({ 'team:a,m': '-3 0 0' })
  })

  it('has no more labels than it may', async () => {
    const key = books.keys.rollup(NOON_MS)
    const full = Array.from({ length: 10_000 }, (_, at) => [`label ${at}`, '0 0 0']).flat()
    await server.redis.hset(key, ...full)
    for (const id of ['a', 'b']) {
      await books.reserve(id, PATH, '10 0 1', '10 0 1', { label: 'one too many' })
      await books.settle(id, PATH, '8 0 1')
    }
    expect(await server.redis.hlen(key)).toBe(10_001)
    expect(await server.redis.hget(key, '')).toBe('16 0 2')
  })
})
