import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type LuaBooks,
  type LuaServer,
  luaServer,
  NOON_MS,
  startOf,
  TTL_MS,
} from '../../../../../../test/support/lua-books.ts'
import { resetClock } from './reset-clock.ts'

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

/** Another server: it has the books, and a run id of its own. */
const elsewhere = () => server.redis.hset(books.keys.meta, 'rid', 'another', 't', String(NOON_MS - 2000))

describe('recover', () => {
  /** Where the books go on when they are taken over at noon. */
  const AT_NOON = String(NOON_MS * 1000)
  const PAUSED = String(NOON_MS + 2500)

  it('is called for when the server is another, within a second', async () => {
    await elsewhere()
    expect(await books.reserve('a', PATH, '1 0 1')).toEqual(['epoch', '0', '3'])
    expect(await books.recover()).toEqual(['ok', AT_NOON, PAUSED, AT_NOON])
    expect(await books.recover()).toEqual(['there', AT_NOON, PAUSED, AT_NOON])
    expect(await books.reserve('a', PATH, '1 0 1')).toEqual(['recovering', PAUSED])
    books.clock.nowMs += 2500
    await expectStart(books.reserve('a', PATH, '1 0 1'), 'ok')
  })

  it('is called for when the books have less than the caller has seen, whatever the server says', async () => {
    expect(await books.reserve('a', PATH, '1 0 1', '1 0 1', { qSeen: 4 })).toEqual(['epoch', '0', '3'])
    expect(await books.recover({ qSeen: 4 })).toEqual(['ok', AT_NOON, PAUSED, AT_NOON])
    await expectStart(books.recover({ qSeen: NOON_MS * 1000 }), 'there', AT_NOON)
  })

  it('is called for by everybody who has not heard of it, however far the books have come by then', async () => {
    await books.recover({ qSeen: 4 })
    books.clock.nowMs += 2500
    await expectStart(books.reserve('a', PATH, '1 0 1'), 'ok')
    expect(await books.reserve('b', PATH, '1 0 1', '1 0 1', { qSeen: 3 })).toMatchObject({ 0: 'epoch' })
    await expectStart(books.heartbeat([], { qSeen: 3 }), 'epoch')
    await expectStart(books.recover({ qSeen: 3 }), 'there', AT_NOON)
    await expectStart(books.reserve('b', PATH, '1 0 1', '1 0 1', { qSeen: NOON_MS * 1000 }), 'ok')
  })

  it('is an operator’s decision when more is lost than can be re-asserted', async () => {
    const seen = { qSeen: 9, qSafe: 4 }
    expect(await books.reserve('a', PATH, '1 0 1', '1 0 1', seen)).toEqual(['rolled_back', '0', '3'])
    expect(await books.recover(seen)).toEqual(['rolled_back', '0', '3'])
    expect(await books.recover({ ...seen, confirmed: '1' })).toEqual(['ok', AT_NOON, PAUSED, AT_NOON])
    // Given up for all who have seen no more than that, and for nobody else.
    await expectStart(books.recover(seen), 'there', AT_NOON)
    await expectStart(books.recover({ qSeen: 10, qSafe: 10 }), 'rolled_back', '1')
  })

  it('leaves the decision to those who have seen more than whoever came first', async () => {
    await elsewhere()
    await expectStart(books.recover(), 'ok', AT_NOON)
    books.clock.nowMs += 3000
    for (const id of ['a', 'b', 'c', 'd']) await expectStart(books.reserve(id, PATH, '1 0 1'), 'ok')
    await elsewhere()
    const later = String((NOON_MS + 3000) * 1000)
    await expectStart(books.recover({ qSeen: NOON_MS * 1000 + 4 }), 'ok', later)
    // All up to 3 was there when the first of two takeovers came.
    const older = { qSeen: 9, qSafe: 4 }
    books.clock.nowMs += 3000
    await expectStart(books.reserve('e', PATH, '1 0 1', '1 0 1', older), 'rolled_back', '2')
    await expectStart(books.recover(older), 'rolled_back', '2')
    await expectStart(books.recover({ qSeen: 9, qSafe: 3 }), 'there', later)
    await expectStart(books.recover({ qSeen: 9, qSafe: 0, confirmed: '1' }), 'there', later)
    await expectStart(books.recover(older), 'there', later)
    await expectStart(books.reserve('e', PATH, '1 0 1', '1 0 1', { ...older, qSafe: 9 }), 'epoch', '2')
  })

  it('is known by another sequence each time, also where the one before it was lost', async () => {
    const snapshot = await books.save()
    await expectStart(books.recover({ qSeen: 4 }), 'ok', AT_NOON)
    expect(await books.heartbeat([])).toEqual(['ok', [], [], [], AT_NOON, AT_NOON])
    await books.load(snapshot)
    books.clock.nowMs += 3000
    const later = String((NOON_MS + 3000) * 1000)
    await expectStart(books.recover({ qSeen: NOON_MS * 1000 }), 'ok', later)
    expect(await server.redis.hget(books.keys.meta, 'ep')).toBe('1')
    expect(await books.heartbeat([])).toEqual(['ok', [], [], [], later, later])
  })

  it('is called for at once by a heartbeat, and where the clock of the server is behind', async () => {
    await server.redis.hset(books.keys.meta, 'rid', 'another')
    await expectStart(books.reserve('a', PATH, '1 0 1'), 'ok')
    await expectStart(books.heartbeat([]), 'epoch')
    books.clock.nowMs -= 999
    await expectStart(books.reserve('b', PATH, '1 0 1'), 'ok')
    books.clock.nowMs -= 1
    await expectStart(books.reserve('c', PATH, '1 0 1'), 'epoch')
  })

  it('comes before anything is admitted, also for a repeat', async () => {
    await books.reserve('a', PATH, '1 0 1')
    expect(await books.reserve('a', PATH, '1 0 1', '1 0 1', { qSeen: 99 })).toEqual(['epoch', '0', '4'])
  })
})

describe('how a request ended, told to books that are behind', () => {
  const q = () => server.redis.hget(books.keys.meta, 'q')

  it('is booked and not counted, whatever it is, so that nobody takes them for whole', async () => {
    for (const id of ['a', 'b', 'c']) await books.reserve(id, PATH, '10 0 1')
    const before = await q()
    const behind = { qSeen: 99 }
    expect(await books.settle('a', PATH, '4 0 1', 'exact', behind)).toEqual(['settled', '0', [], [], '0'])
    expect(await books.settle('a', PATH, '4 0 1', 'exact', behind)).toEqual(['repeat', '0', [], '0'])
    expect(await books.settle('a', PATH, '5 0 1', 'exact', behind)).toEqual(['conflict', '0'])
    expect(await books.release('b', PATH, behind)).toEqual(['released', '0'])
    expect(await books.release('b', PATH, behind)).toEqual(['repeat', '0'])
    expect(await books.release('never', [], behind)).toEqual(['tombstoned', '0'])
    expect(await books.settle('nowhere', [], '4 0 1', 'exact', behind)).toEqual(['unbooked', '0'])
    const more = { ...behind, consumed: '3 0 0' }
    expect(await books.extend('c', PATH, '0 0 0', more)).toEqual(['open', '10 0 1', '0'])
    expect(await q()).toBe(before)
    expect(await books.counter('key:k', 1)).toBe('7 7 0 0')
  })

  it('is not counted either by who has seen nothing, on a server that nobody has taken over', async () => {
    for (const id of ['a', 'b']) await books.reserve(id, PATH, '10 0 1')
    books.clock.nowMs += TTL_MS
    await books.expire('b', PATH)
    const before = await q()
    await elsewhere()
    expect(await books.settle('a', PATH, '4 0 1')).toMatchObject({ 0: 'settled', 4: '0' })
    expect((await books.settleExpired('b', PATH, 'zero')).at(-1)).toBe('0')
    expect(await q()).toBe(before)
    expect(await books.counter('key:k', 1)).toBe('4 0 0 0')
  })

  it('does not say how far they have come to who has yet to hear that they were taken over', async () => {
    await books.reserve('a', PATH, '10 0 1')
    await books.recover({ qSeen: 99 })
    expect(await books.settle('a', PATH, '4 0 1', 'exact', { qSeen: 4 })).toMatchObject({
      0: 'settled',
      4: '0',
    })
    const now = String(NOON_MS * 1000)
    expect(await q()).toBe(now)
    expect((await books.settle('a', PATH, '4 0 1', 'exact', { qSeen: Number(now) })).at(-1)).toBe(now)
  })
})

describe('reassert', () => {
  it('makes a reservation again as it was admitted, whatever its budgets have left', async () => {
    await books.reserve('a', PATH, '90 0 1')
    await expectStart(books.reassert('b', PATH, '20 0 1', { consumed: '5 0 0', observed: '6 0 0' }), 'made')
    expect(await books.counter('key:k', 1)).toBe('5 105 0 0')
    expect(await server.redis.zscore(books.keys.deadlines, 'b')).toBe(String(NOON_MS + TTL_MS))
    await expectStart(books.reassert('b', PATH, '20 0 1', { consumed: '5 0 0' }), 'there')
    await expectStart(books.reassert('b', PATH, '10 0 1'), 'there')
    await expectStart(books.reassert('b', PATH, '25 0 1', { consumed: '6 0 0' }), 'raised')
    expect(await books.counter('key:k', 1)).toBe('6 109 0 0')
    await expectStart(books.settle('b', PATH, '7 0 1'), 'settled')
    expect(await books.counter('key:k', 1)).toBe('7 90 0 0')
  })

  it('opens one that has expired, and leaves alone what has ended', async () => {
    await books.reserve('a', PATH, '20 0 1')
    books.clock.nowMs += TTL_MS
    await books.expire('a', PATH)
    await expectStart(books.reassert('a', PATH, '20 0 1'), 'raised')
    expect(await books.counter('key:k', 1)).toBe('0 20 0 0')
    await books.settle('a', PATH, '5 0 1')
    const before = await books.dump()
    await expectStart(books.reassert('a', PATH, '20 0 1'), 'finished')
    expect(await books.reassert('b', PATH, '1 0 1')).toMatchObject({ 0: 'made' })
    expect(await books.reassert('b', ['org:o'], '1 0 1')).toEqual(['path', JSON.stringify(PATH)])
    await books.release('b', PATH)
    expect((await books.dump())[books.keys.account('key:k')]).toEqual(before[books.keys.account('key:k')])
  })

  it('makes nothing that may have been settled so long ago that nothing tells it any more', async () => {
    const age = 600_000
    await expectStart(books.reassert('a', PATH, '20 0 1', { age }), 'too_old')
    await expectStart(books.reassert('a', PATH, '20 0 1', { age: age - 1 }), 'made')
    await expectStart(books.reassert('a', PATH, '20 0 1', { age }), 'there')
    await expectStart(books.reassert('a', PATH, '25 0 1', { age }), 'raised')
    await books.expire('a', PATH, { now: books.clock.nowMs + TTL_MS })
    await expectStart(books.reassert('a', PATH, '25 0 1', { age }), 'too_old')
    expect(await books.counter('key:k', 1)).toBe('25 0 25 0')
    const ttl = 400_000
    await expectStart(books.reassert('b', PATH, '20 0 1', { ttl, age: 2 * ttl }), 'too_old')
    await expectStart(books.reassert('b', PATH, '20 0 1', { ttl, age: 2 * ttl - 1 }), 'made')
  })

  it('brings the books back exactly: what was lost is asserted, what was settled is settled again', async () => {
    const whole = await played(false)
    const recovered = await played(true)
    expect(recovered).toEqual(whole)
  })

  /** Two live and two settled reservations; the books lose what came after the first of each, or do not. */
  async function played(lose: boolean): Promise<unknown> {
    books = await server.books()
    for (const name of PATH) await books.provision(name, name === 'key:k' ? ['hard usd day 100'] : [])
    const { shapes, windows } = books.described(PATH)
    const own = windows.map((pair) => pair.split(' ').slice(0, 3).join(' ')).join(';')
    await books.reserve('a', PATH, '10 0 1')
    await books.reserve('b', PATH, '20 0 1')
    await books.settle('a', PATH, '7 0 1')
    const snapshot = await books.save()
    await books.reserve('c', PATH, '15 0 1')
    await books.settle('b', PATH, '25 0 1')
    await books.reserve('d', PATH, '9 0 1')
    await books.settle('d', PATH, '8 0 1')
    if (lose) {
      await books.load(snapshot)
      expect(await books.reserve('e', PATH, '1 0 1', '1 0 1', { qSeen: 10 })).toMatchObject({ 0: 'epoch' })
      await books.recover({ qSeen: 10 })
      await expectStart(books.reassert('c', PATH, '15 0 1'), 'made')
      await expectStart(books.settle('b', PATH, '25 0 1'), 'settled')
      const lost = { ttl: TTL_MS, held: '9 0 1', shapes: shapes.join(' '), windows: own, label: 'team:a,m' }
      await expectStart(books.settle('d', PATH, '8 0 1', 'exact', lost), 'lost')
      await expectStart(books.settle('a', PATH, '7 0 1'), 'repeat')
    }
    return Promise.all(PATH.map((name) => server.redis.hgetall(books.keys.account(name))))
  }
})

describe('reset_clock', () => {
  const reset = (clock: number) => books.run(resetClock, { meta: books.keys.meta }, { now: NOON_MS, clock })
  const newest = () => server.redis.hget(books.keys.meta, 't')

  it('lets the books believe a clock that is behind what they have seen', async () => {
    books.clock.nowMs += 5000
    await books.reserve('a', PATH, '1 0 1')
    expect(await reset(NOON_MS + 60_000)).toEqual(['ok', String(NOON_MS + 5000), String(NOON_MS)])
    expect(await newest()).toBe(String(NOON_MS))
  })

  it('believes none that the caller’s contradicts', async () => {
    books.clock.nowMs += 5000
    await books.reserve('a', PATH, '1 0 1')
    for (const clock of [NOON_MS + 60_001, NOON_MS - 60_001])
      expect(await reset(clock)).toEqual(['apart', String(NOON_MS)])
    expect(await newest()).toBe(String(NOON_MS + 5000))
  })
})

describe('init', () => {
  it('says what is there already, and what it cannot be', async () => {
    const { init } = await import('./init.ts')
    const ask = () => books.run(init, { meta: books.keys.meta }, { now: NOON_MS })
    expect(await ask()).toEqual(['there', '3'])
    await server.redis.hset(books.keys.meta, 'unit', 'cents')
    expect(await ask()).toEqual(['layout', '1', 'cents'])
    await server.redis.del(books.keys.meta)
    expect(await ask()).toEqual(['made', '0'])
  })
})
