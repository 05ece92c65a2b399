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

describe('extend', () => {
  it('raises an open reservation to new totals, and ignores lower ones', async () => {
    await books.reserve('a', PATH, '10 0 1')
    await expectStart(books.extend('a', PATH, '30 0 1'), 'open', '30 0 1')
    await expectStart(books.extend('a', PATH, '30 0 1'), 'open', '30 0 1')
    await expectStart(books.extend('a', PATH, '5 0 0', { consumed: '4 0 0' }), 'open', '30 0 1')
    expect(await books.counter('key:k', 1)).toBe('4 26 0 0')
    expect(await server.redis.zscore(books.keys.deadlines, 'a')).toBe(String(NOON_MS + TTL_MS))
  })

  it('grants what is left between the two totals', async () => {
    await books.reserve('a', PATH, '10 0 1')
    await books.reserve('b', PATH, '50 0 1')
    await expectStart(books.extend('a', PATH, '90 0 1', { min: '20 0 1' }), 'open', '50 0 1')
  })

  it('denies, and keeps what was consumed, what was observed and the deadline', async () => {
    await books.reserve('a', PATH, '10 0 1')
    await books.reserve('b', PATH, '85 0 1')
    books.clock.nowMs += 1000
    const more = { consumed: '7 0 0', observed: '9 0 0' }
    const shortfall = ['reserved', '3', '1', '100', '0', '95', '0']
    await expectStart(books.extend('a', PATH, '20 0 1', more), 'denied', shortfall)
    expect(await books.counter('key:k', 1)).toBe('7 88 0 0')
    expect(await server.redis.hmget(books.keys.reservation('a'), 'a', 'u', 'o')).toEqual([
      '10 0 1',
      '7 0 0',
      '9 0 0',
    ])
    expect(await server.redis.zscore(books.keys.deadlines, 'a')).toBe(String(NOON_MS + 1000 + TTL_MS))
  })

  it('counts what is consumed up to what is held, and never gives it back', async () => {
    await books.reserve('a', PATH, '10 0 1')
    await books.extend('a', PATH, '0 0 0', { consumed: '30 0 0' })
    expect(await books.counter('key:k', 1)).toBe('10 0 0 0')
    await books.extend('a', PATH, '0 0 0', { consumed: '5 0 0' })
    await books.release('a', PATH)
    expect(await books.counter('key:k', 1)).toBe('10 0 0 0')
  })

  it('revives an expired reservation, also without asking for more', async () => {
    await books.reserve('a', PATH, '10 0 1')
    await books.extend('a', PATH, '0 0 0', { consumed: '3 0 0' })
    books.clock.nowMs += TTL_MS
    await books.expire('a', PATH)
    expect(await books.counter('key:k', 1)).toBe('10 0 7 0')
    await expectStart(books.extend('a', PATH, '0 0 0'), 'revived', '10 0 1')
    expect(await books.counter('key:k', 1)).toBe('3 7 0 0')
    expect(await server.redis.zcard(books.keys.unconfirmed)).toBe(0)
    expect(await server.redis.hget(books.keys.reservation('a'), 'ended')).toBe('')
  })

  it('adds nothing in a window that has ended', async () => {
    await books.reserve('a', PATH, '10 0 1', '10 0 1', { ttl: 86_400_000 })
    books.clock.nowMs += 12 * HOUR_MS
    const ended = ['reserved', '3', '1', '100', '0', '10', '0', String(books.clock.nowMs)]
    await expectStart(books.extend('a', PATH, '20 0 1'), 'denied', ended)
    await expectStart(books.extend('a', PATH, '20 0 1', { min: '0 0 0' }), 'open', '10 0 1')
  })

  it('knows nothing of an unknown id, leaves a closed one alone, and asks for the path', async () => {
    expect(await books.extend('a', PATH, '1 0 0')).toEqual(['unknown'])
    await books.reserve('b', PATH, '10 0 1')
    expect(await books.extend('b', [], '1 0 0')).toEqual(['path', JSON.stringify(PATH)])
    await books.settle('b', PATH, '1 0 1')
    expect(await books.extend('b', PATH, '20 0 1')).toEqual(['finished'])
  })

  it('takes no new money from books that are behind, or that are being recovered; the rest it does', async () => {
    await books.reserve('a', PATH, '10 0 1')
    const before = await books.dump()
    await expectStart(books.extend('a', PATH, '20 0 1', { qSeen: 1000 }), 'epoch')
    await expectStart(books.extend('a', PATH, '20 0 1', { qSeen: 1000, qSafe: 900 }), 'rolled_back')
    expect(await books.dump()).toEqual(before)
    await expectStart(books.extend('a', PATH, '10 0 1', { qSeen: 1000, consumed: '1 0 0' }), 'open', '10 0 1')
    await books.recover({ qSeen: 1000 })
    await expectStart(books.extend('a', PATH, '20 0 1'), 'recovering', String(NOON_MS + 2500))
    await expectStart(books.extend('a', PATH, '10 0 1'), 'open', '10 0 1')
  })

  it('writes nothing when an argument is not what it has to be', async () => {
    await books.reserve('a', PATH, '10 0 1')
    const before = await books.dump()
    for (const wrong of [{ ttl: 'soon' }, { consumed: '-1 0 0' }, { observed: '1.5 0 0' }, { want: '1 2' }]) {
      await expect(books.extend('a', PATH, '20 0 1', wrong)).rejects.toThrow(/script/)
    }
    await expect(books.reserve('b', PATH, '1 0 1', '1 0 1', { ttl: 'soon' })).rejects.toThrow(/script/)
    const beats = [
      { id: 'a', observed: '1 0 0' },
      { id: 'b', observed: 'much' },
    ]
    await expect(books.heartbeat(beats)).rejects.toThrow(/script/)
    expect(await books.dump()).toEqual(before)
  })

  it('asks as the reservation was asked: a soft bound, only observing', async () => {
    await books.reserve('over', PATH, '10 0 1')
    await books.settle('over', PATH, '12 0 1')
    await books.reserve('a', PATH, '10 0 1', '10 0 1', { observe: '1', bound: 'soft' })
    await expectStart(books.extend('a', PATH, '300 0 1'), 'open', '300 0 1')
  })
})

describe('heartbeat', () => {
  it('moves deadlines on, forgets nothing that was seen, and names what is not open', async () => {
    for (const id of ['a', 'b', 'c']) await books.reserve(id, PATH, '10 0 1')
    await books.settle('b', PATH, '1 0 1')
    books.clock.nowMs += TTL_MS
    await books.expire('c', PATH)
    const beats = ['a', 'b', 'c', 'd'].map((id) => ({ id, observed: '5 9 0' }))
    await expectStart(books.heartbeat(beats), 'ok', ['c'], ['b'], ['d'], '0')
    await books.heartbeat([{ id: 'a', observed: '3 11 0' }])
    expect(await server.redis.hget(books.keys.reservation('a'), 'o')).toBe('5 11 0')
    expect(await server.redis.zscore(books.keys.deadlines, 'a')).toBe(String(NOON_MS + 2 * TTL_MS))
    expect(await books.counter('key:k', 1)).toBe('11 10 10 0')
  })

  it('does nothing on books that are behind', async () => {
    await books.reserve('a', PATH, '10 0 1')
    const before = await books.dump()
    await expectStart(books.heartbeat([{ id: 'a', observed: '5 0 0' }], { qSeen: 99 }), 'epoch', '0', '4')
    expect(await books.dump()).toEqual(before)
  })
})
