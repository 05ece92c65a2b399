import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type LuaBooks,
  type LuaServer,
  luaServer,
  type RuleText,
  startOf,
  TTL_MS,
} from '../../../../../../test/support/lua-books.ts'

const PATH = ['org:o', 'key:k']
const RULES: readonly RuleText[] = ['hard usd day 100']
let server: LuaServer
let books: LuaBooks

beforeAll(async () => {
  server = await luaServer()
})
afterAll(() => server.stop())
beforeEach(async () => {
  books = await server.books()
  await books.provision('org:o', [])
  await books.provision('key:k', RULES)
})

async function expectStart(reply: Promise<unknown>, ...like: readonly unknown[]): Promise<void> {
  expect(startOf(await reply, like)).toEqual(like)
}

/** As an eviction does it, or a hand. */
const lose = async (...names: readonly string[]) => {
  for (const name of names) await server.redis.del(books.keys.account(name))
}

/** The key is lost, with all that it counted, and somebody provisions it again. */
async function replaceKey(rules = RULES): Promise<void> {
  await lose('key:k')
  await books.provision('key:k', rules)
}

const ofKey = () => Promise.all([0, 1].map((rule) => books.counter('key:k', rule)))
const both = (counter: string) => [counter, counter]

describe('an account that was lost under a reservation, and provisioned again', () => {
  beforeEach(async () => {
    await books.reserve('a', PATH, '40 0 1')
  })

  it('gives nothing back that it never held, and is charged what is settled from then on', async () => {
    await replaceKey()
    await expectStart(books.settle('a', PATH, '30 0 1', 'estimated'), 'settled')
    expect(await ofKey()).toEqual(both('30 0 0 0'))
    await expectStart(books.settle('a', PATH, '35 0 1'), 'settled')
    expect(await ofKey()).toEqual(both('35 0 0 0'))
    expect(await books.counter('org:o', 0)).toBe('35 0 0 0')
    expect(await books.rollups()).toEqual(['35 0 1'])
  })

  it('has nothing to do with what is released', async () => {
    await replaceKey()
    await expectStart(books.release('a', PATH), 'released')
    expect(await ofKey()).toEqual(both('0 0 0 0'))
    expect(await books.counter('org:o', 0)).toBe('0 0 0 0')
  })

  it('is charged what expires, and all of it is put right by the truth', async () => {
    await replaceKey()
    books.clock.nowMs += TTL_MS
    await expectStart(books.expire('a', PATH), 'expired')
    expect(await ofKey()).toEqual(both('40 0 40 0'))
    await expectStart(books.settle('a', PATH, '5 0 1'), 'late')
    expect(await ofKey()).toEqual(both('5 0 0 0'))
  })

  it('is settled without its owner at what was seen, where it was lost after the expiry', async () => {
    books.clock.nowMs += TTL_MS
    await books.expire('a', PATH)
    await replaceKey()
    await expectStart(books.settleExpired('a', PATH, 'zero'), 'settled')
    expect(await ofKey()).toEqual(both('0 0 0 0'))
  })

  it('holds what goes on, once it is extended or told again', async () => {
    await replaceKey()
    await expectStart(books.extend('a', PATH, '50 0 1'), 'open')
    expect(await ofKey()).toEqual(both('0 50 0 0'))
    await replaceKey()
    await expectStart(books.reassert('a', PATH, '50 0 1'), 'there')
    expect(await ofKey()).toEqual(both('0 50 0 0'))
    await expectStart(books.settle('a', PATH, '30 0 1'), 'settled')
    expect(await ofKey()).toEqual(both('30 0 0 0'))
  })

  it('is left out where its budgets are others: nobody can tell which of them count', async () => {
    await replaceKey(['hard tokens day 1000', 'hard usd day 100'])
    await expectStart(books.settle('a', PATH, '30 5 1'), 'settled')
    expect(await ofKey()).toEqual(both('0 0 0 0'))
    expect(await books.counter('org:o', 0)).toBe('30 0 0 0')
  })

  it('is the same account, whatever budgets it is given, as long as it was not lost', async () => {
    await books.provision('key:k', ['retired usd day 100', 'hard usd total 100'])
    await expectStart(books.settle('a', PATH, '30 0 1'), 'settled')
    expect(await ofKey()).toEqual(both('30 0 0 0'))
  })

  it('is charged by a record of a release that does not tell lives apart, as it was there', async () => {
    await server.redis.hdel(books.keys.reservation('a'), 'lives')
    await server.redis.hdel(books.keys.account('key:k'), 'born')
    await expectStart(books.settle('a', PATH, '30 0 1'), 'settled')
    expect(await ofKey()).toEqual(both('30 0 0 0'))
  })
})

describe('a reservation of which no account is left', () => {
  it('is in no roll-up when it expires, nor when somebody settles it', async () => {
    await books.reserve('a', PATH, '40 0 1')
    await lose(...PATH)
    books.clock.nowMs += TTL_MS
    await expectStart(books.expire('a', PATH), 'expired')
    expect(await books.rollups()).toEqual([])
    await expectStart(books.settleExpired('a', PATH, 'observed'), 'settled')
    expect(await books.rollups()).toEqual([])
  })

  it('is in none when it was told again and expires', async () => {
    const [, , , , lives] = await books.reserve('a', PATH, '40 0 1')
    await lose(...PATH)
    await server.redis.del(books.keys.reservation('a'))
    await expectStart(books.reassert('a', PATH, '40 0 1', { lives }), 'made')
    books.clock.nowMs += TTL_MS
    await expectStart(books.expire('a', PATH), 'expired')
    expect(await books.rollups()).toEqual([])
  })

  it('is an operator’s once it is unbooked, whoever makes its accounts again', async () => {
    const [, , , windows, lives] = await books.reserve('a', PATH, '40 0 1')
    await lose(...PATH)
    await server.redis.del(books.keys.reservation('a'))
    const shapes = books.described(PATH).shapes.join(' ')
    const lost = { ttl: TTL_MS, held: '40 0 1', shapes, lives, windows, label: 'team:a,m' }
    await expectStart(books.settle('a', PATH, '30 0 1', 'estimated', lost), 'unbooked')
    await books.provision('org:o', [])
    await books.provision('key:k', RULES)
    await expectStart(books.settle('a', PATH, '35 0 1', 'exact', lost), 'unbooked')
    expect(await ofKey()).toEqual(both('0 0 0 0'))
    expect(await server.redis.hvals(books.keys.unbooked)).toEqual([expect.stringMatching(/^exact 35 0 1 /)])
    expect(await books.rollups()).toEqual([])
  })
})
