import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  HOUR_MS,
  type LuaBooks,
  type LuaServer,
  luaServer,
  NOON_MS,
  rulesOf,
  startOf,
  TTL_MS,
} from '../../../../../../test/support/lua-books.ts'

const PATH = ['org:o', 'team:t', 'key:k']
const MIDNIGHT_MS = NOON_MS + 12 * HOUR_MS
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

async function expectStart(reply: Promise<unknown>, like: readonly unknown[]): Promise<void> {
  expect(startOf(await reply, like)).toEqual(like)
}

/** Nothing in the books may be different afterwards. */
async function changesNothing(act: () => Promise<unknown>): Promise<void> {
  const before = await books.dump()
  await act()
  expect(await books.dump()).toEqual(before)
}

describe('reserve', () => {
  it('reserves on every counter of the path, keeps the reservation, and gives it a deadline', async () => {
    const windows = '2026-11-18T12 1795003200000 1795006800000;2026-11-18 1794960000000 1795046400000'
    expect(await books.reserve('a', PATH, '10 5 1', '30 5 1')).toEqual([
      'ok',
      '0',
      '30 5 1',
      windows,
      ['org:o', 'team:t', 'key:k'].map((name, at) => `${at + 1}/${books.namedBy(name)}`).join(' '),
      [['3', '1', '100', '0', '30', '0', String(MIDNIGHT_MS)]],
      [],
      '4',
    ])
    expect(await books.counter('org:o', 0)).toBe('0 30 0 0')
    expect(await books.counter('team:t', 1)).toBe('0 30 0 0')
    expect([await books.counter('key:k', 1), await books.counter('key:k', 2)]).toEqual([
      '0 30 0 0',
      '0 5 0 0',
    ])
    expect(await server.redis.zscore(books.keys.deadlines, 'a')).toBe(String(NOON_MS + TTL_MS))
    expect(await server.redis.pttl(books.keys.reservation('a'))).toBe(-1)
    expect(await server.redis.hgetall(books.keys.reservation('a'))).toMatchObject({
      st: 'open',
      a: '30 5 1',
      shapes: '10 1011 101220',
      windows,
      at: String(NOON_MS),
    })
  })

  it('grants what is left when that is at least the minimum', async () => {
    await books.reserve('a', PATH, '70 0 1')
    await expectStart(books.reserve('b', PATH, '10 0 1', '90 0 1'), ['ok', '0', '30 0 1'])
  })

  it('denies with the tightest account and the latest reset, and writes nothing', async () => {
    await books.provision('team:t', ['hard usd hour 50'])
    await books.reserve('a', PATH, '45 0 1')
    await changesNothing(async () => {
      const shortfall = ['reserved', '2', '1', '50', '0', '45', '0', String(NOON_MS + HOUR_MS)]
      expect(await books.reserve('b', PATH, '10 0 1')).toEqual(['denied', shortfall, '5'])
      const latest = ['exceeded', '2', '1', '50', '0', '45', '0', String(MIDNIGHT_MS)]
      expect(await books.reserve('b', PATH, '101 0 1')).toEqual(['denied', latest, '5'])
    })
  })

  it('names the tightest of several, wherever on the path it is', async () => {
    await books.provision('org:o', ['hard usd day 80'])
    await books.provision('team:t', ['hard usd hour 50'])
    const tightest = ['exceeded', '2', '1', '50', '0', '0', '0', String(MIDNIGHT_MS)]
    expect(await books.reserve('a', PATH, '101 0 1')).toEqual(['denied', tightest, '5'])
  })

  it('grants what there is, down to nothing, where nothing is the least', async () => {
    await books.reserve('a', PATH, '10 0 1')
    await books.settle('a', PATH, '120 0 1')
    await expectStart(books.reserve('b', PATH, '0 0 0', '30 5 1'), ['ok', '0', '0 5 1'])
    await expectStart(books.reserve('c', PATH, '0 7 1'), ['ok', '0', '0 7 1'])
  })

  it('says when the reset is never', async () => {
    const never = ['exceeded', '3', '2', '1000', '0', '0', '0', '']
    await expectStart(books.reserve('a', PATH, '0 2000 1'), ['denied', never])
  })

  it('reports what soft budgets would have refused, and all of them when observing', async () => {
    const soft = ['exceeded', '2', '1', '50', '0', '0', '0', String(NOON_MS + HOUR_MS)]
    expect((await books.reserve('a', PATH, '60 0 1'))[6]).toEqual([soft])
    const never = ['exceeded', '3', '2', '1000', '0', '0', '0', '']
    await books.reserve('never', PATH, '9 2000 1', '9 2000 1', { observe: '1' })
    const told = (await books.reserve('never', PATH, '9 2000 1', '9 2000 1', { observe: '1' }))[6]
    expect(told).toEqual([['reserved', '2', '1', '50', '0', '60', '0', String(NOON_MS + HOUR_MS)], never])
    await books.release('never', PATH)
    expect((await books.reserve('a', PATH, '60 0 1'))[6]).toEqual([soft])
    const reply = await books.reserve('b', PATH, '500 0 1', '500 0 1', { observe: '1' })
    expect(
      startOf(reply[6], [
        ['', '', ''],
        ['', '', ''],
      ]),
    ).toEqual([
      ['exceeded', '2', '1'],
      ['exceeded', '3', '1'],
    ])
  })

  it('believes a soft bound until costs beyond it come to one part in a hundred', async () => {
    await books.reserve('a', PATH, '10 0 1')
    await books.settle('a', PATH, '11 0 1')
    await expectStart(books.reserve('b', PATH, '10 0 1', '10 0 1', { bound: 'soft' }), ['ok'])
    await books.settle('b', PATH, '11 0 1')
    const soft = books.reserve('c', PATH, '1 0 1', '1 0 1', { bound: 'soft' })
    await expectStart(soft, ['denied', ['overdraft', '3', '1']])
    await expectStart(books.reserve('d', PATH, '1 0 1'), ['ok'])
  })

  it('counts a raise until it ends', async () => {
    await books.provision('key:k', [`hard usd day 100+50@${NOON_MS + 1000}`, 'hard tokens total 1000'])
    await expectStart(books.reserve('a', PATH, '150 0 1'), ['ok'])
    books.clock.nowMs += 1000
    await expectStart(books.reserve('b', PATH, '1 0 1'), ['denied', ['reserved', '3', '1', '100']])
  })

  it('repeats its grant, also when nothing is left, and changes nothing', async () => {
    const first = await books.reserve('a', PATH, '10 0 1', '150 0 1')
    await changesNothing(async () => {
      const repeat = await books.reserve('a', PATH, '10 0 1', '150 0 1')
      expect(repeat).toEqual(['ok', '1', ...first.slice(2)])
    })
  })

  it('refuses an open id with another fingerprint, and one that has ended', async () => {
    await books.reserve('a', PATH, '10 0 1')
    await changesNothing(async () => {
      expect(await books.reserve('a', PATH, '11 0 1')).toEqual(['conflict'])
    })
    await books.release('a', PATH)
    expect(await books.reserve('a', PATH, '10 0 1')).toEqual(['finished'])
  })

  it('asks again with the shape of every account that has changed', async () => {
    const { v, rules, limits } = rulesOf([])
    books.accounts.set('org:o', ['hard usd day 5'])
    books.accounts.set('team:t', [])
    const { rules: hourly, limits: soft, v: team } = rulesOf(['soft usd hour 50'])
    await changesNothing(async () => {
      expect(await books.reserve('a', PATH, '10 0 1')).toEqual([
        'stale',
        [
          ['1', v, rules, limits, '0', ''],
          ['2', team, hourly, soft, '0', ''],
        ],
      ])
    })
  })

  it('takes the window in which its clock is, and none that has yet to start', async () => {
    const tomorrow = await books.reserve('a', PATH, '10 0 1', '10 0 1', {
      now: MIDNIGHT_MS + 12 * HOUR_MS,
      clock: MIDNIGHT_MS + 12 * HOUR_MS,
    })
    expect(tomorrow).toEqual(['window', String(MIDNIGHT_MS + 12 * HOUR_MS)])
    books.clock.nowMs = NOON_MS + 11.5 * HOUR_MS
    const early = await books.reserve('a', PATH, '10 0 1', '10 0 1', { now: NOON_MS })
    expect(early).toEqual(['window', String(NOON_MS)])
    const next = await books.reserve('a', PATH, '10 0 1', '10 0 1', { now: MIDNIGHT_MS, clock: MIDNIGHT_MS })
    expect(next[3]).toMatch(/2026-11-19T00 .*;2026-11-19 /)
  })

  it('does not come back to a window when the clock does', async () => {
    books.clock.nowMs = MIDNIGHT_MS
    await books.reserve('a', PATH, '90 0 1')
    books.clock.nowMs = MIDNIGHT_MS - 1000
    await expectStart(books.reserve('b', PATH, '90 0 1'), ['denied', ['reserved']])
  })

  it('refuses windows that overlap those of the account: another calendar gives no fresh budget', async () => {
    const { shapes } = books.described(PATH)
    expect(shapes[2]).toBe('101220')
    const shifted = `2026-11-18 ${NOON_MS - HOUR_MS} ${NOON_MS + 23 * HOUR_MS}`
    const later = `2026-11-19 ${NOON_MS + 23 * HOUR_MS} ${NOON_MS + 47 * HOUR_MS}`
    const { windows } = books.described(PATH)
    await changesNothing(async () => {
      const args = { windows: [windows[0]!, `${shifted} ${later}`] }
      expect(await books.reserve('a', PATH, '10 0 1', '10 0 1', args)).toEqual(['window', String(NOON_MS)])
    })
  })

  it('rolls over to the next window, and clears away old ones that nothing refers to', async () => {
    const spend = async (id: string) => {
      await books.reserve(id, PATH, '10 0 1')
      await books.settle(id, PATH, '7 0 1')
    }
    await books.reserve('open', PATH, '3 0 1')
    await spend('a')
    for (const id of ['b', 'c', 'd']) {
      books.clock.nowMs += HOUR_MS
      await spend(id)
    }
    const fields = Object.keys(await server.redis.hgetall(books.keys.account('team:t')))
    expect(fields.filter((field) => field.startsWith('1:')).sort()).toEqual([
      ...['1:2026-11-18T12', '1:2026-11-18T14', '1:2026-11-18T15'],
    ])
    expect(await books.counter('team:t', 0)).toBe('28 3 0 0')
  })

  it('refuses to begin in a window that a wrong server clock has chosen', async () => {
    const wrong = { now: NOON_MS + 60_001, clock: NOON_MS }
    expect(await books.reserve('a', PATH, '1 0 1', '1 0 1', wrong)).toEqual([
      'clock',
      String(NOON_MS + 60_001),
    ])
    await expectStart(books.reserve('a', PATH, '1 0 1', '1 0 1', { ...wrong, clock: NOON_MS + 1 }), ['ok'])
    await server.redis.hset(books.keys.meta, 't', String(NOON_MS + 60_002))
    const right = { now: NOON_MS, clock: NOON_MS + 1 }
    const ahead = ['clock', String(NOON_MS + 60_002)]
    expect(await books.reserve('b', PATH, '1 0 1', '1 0 1', right)).toEqual(ahead)
  })

  it('refuses books of another layout or unit, and books that nobody has opened', async () => {
    await server.redis.hset(books.keys.meta, 'lv', '2')
    expect(await books.reserve('a', PATH, '1 0 1')).toEqual(['layout', '2', 'nano-USD'])
    await server.redis.del(books.keys.meta)
    expect(await books.reserve('a', PATH, '1 0 1')).toEqual(['layout', '', ''])
  })

  it('stays exact near 2^52', async () => {
    const limit = 2 ** 52
    await books.provision('key:k', [`hard usd day ${limit}`, 'hard tokens total 1000'])
    const most = 2 ** 50
    for (const id of ['a', 'b', 'c']) await books.reserve(id, PATH, `${most} 0 1`)
    await books.reserve('d', PATH, `${most - 1} 0 1`)
    expect(await books.counter('key:k', 1)).toBe(`0 ${limit - 1} 0 0`)
    await expectStart(books.reserve('e', PATH, '1 0 1', `${most} 0 1`), ['ok', '0', '1 0 1'])
    await expectStart(books.reserve('f', PATH, '1 0 1'), ['denied'])
    for (const id of ['a', 'b', 'c', 'd', 'e']) await books.settle(id, PATH, `${most - 3} 0 1`)
    expect(await books.counter('org:o', 0)).toBe(`${5 * (most - 3)} 0 0 ${most - 4}`)
  })

  it('admits nothing where sums might no longer be exact, whatever the limit says', async () => {
    await books.adjust('up', 'org:o', 0, 2 ** 53 - 2 ** 50)
    await books.adjust('more', 'org:o', 0, 1)
    await expectStart(books.reserve('a', PATH, '1 0 1'), ['denied', ['exceeded', '1', '0']])
  })

  it('runs when memory is not full only', async () => {
    await server.redis.config('SET', 'maxmemory', '1')
    try {
      await expect(books.reserve('a', PATH, '1 0 1')).rejects.toThrow(/OOM/)
    } finally {
      await server.redis.config('SET', 'maxmemory', '0')
    }
  })
})

describe('accounts nobody has seen', () => {
  const fresh = (name: string) => {
    const { v, rules, limits } = rulesOf(['hard usd day 15'])
    return { name, v, shape: '1011', rules, limits }
  }
  const ask = async (id: string, min: string, account = fresh('user:u'), more: object = {}) => {
    const { windows } = books.described(['key:k'])
    const { v } = rulesOf([])
    const org = { name: 'org:o', v, shape: '10', rules: '', limits: '' }
    const accounts = [org, account]
    return books.reserve(id, ['org:o', account.name], min, min, { accounts, windows, ...more })
  }

  it('are made with the defaults that the request brings', async () => {
    await expectStart(ask('a', '10 0 1'), ['ok', '0', '10 0 1'])
    books.accounts.set('user:u', ['hard usd day 15'])
    expect(await books.counter('user:u', 1)).toBe('0 10 0 0')
    await expectStart(ask('b', '10 0 1'), ['denied', ['reserved', '2', '1', '15']])
    expect(await server.redis.hgetall(books.keys.known)).toMatchObject({ 'user:u': '1', 'under org:o': '1' })
  })

  it('are not made for a request that is denied', async () => {
    await changesNothing(async () => {
      await expectStart(ask('a', '16 0 1'), ['denied', ['exceeded', '2', '1', '15']])
    })
  })

  it('are unknown where nobody says what they would get', async () => {
    await changesNothing(async () => {
      const bare = { ...fresh('team:x'), rules: '', limits: '' }
      expect(await ask('a', '1 0 1', bare)).toEqual(['no_account', '2', 'unknown'])
    })
  })

  it('are gone when they have been there before: no fresh budget', async () => {
    await ask('a', '10 0 1')
    await server.redis.del(books.keys.account('user:u'))
    expect(await ask('b', '10 0 1')).toEqual(['no_account', '2', 'gone'])
    await server.redis.del(books.keys.account('org:o'))
    expect(await ask('c', '1 0 1')).toEqual(['no_account', '1', 'gone'])
  })

  it('are no more than there may be under one parent, until somebody makes one their own', async () => {
    for (const user of ['user:1', 'user:2', 'user:3'])
      await expectStart(ask(user, '1 0 1', fresh(user)), ['ok'])
    expect(await ask('a', '1 0 1', fresh('user:4'))).toEqual(['no_account', '2', 'too_many'])
    await books.provision('user:1', ['hard usd day 15'])
    await expectStart(ask('b', '1 0 1', fresh('user:4')), ['ok'])
  })

  it('follow newer defaults, and never older ones', async () => {
    await ask('a', '1 0 1', fresh('user:u'), { revision: 7 })
    await expectStart(ask('b', '1 0 1', fresh('user:u'), { revision: 6 }), ['ok'])
    const { v, rules, limits } = rulesOf(['hard usd day 15'])
    const stale = ['stale', [['2', v, rules, limits, '1', '7']]]
    expect(await ask('c', '1 0 1', fresh('user:u'), { revision: 8 })).toEqual(stale)
    const follow = { revision: 8, auto: '1' }
    await expectStart(books.provision('user:u', ['hard usd day 20'], follow), ['ok'])
    await expectStart(ask('c', '1 0 1', fresh('user:u'), { revision: 8 }), ['ok'])
    expect(await books.provision('user:u', ['hard usd day 99'], { ...follow, revision: 7 })).toEqual([
      'older',
      '8',
    ])
  })
})
