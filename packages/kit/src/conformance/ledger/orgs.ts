import type { AccountId } from '../../ledger/ledger.ts'
import { type Bench, CENT, cents, ORG, provisionPath, type Section, shortfallOf, TTL_MS } from './bench.ts'

const OTHER = 'globex'
const KEY: readonly AccountId[] = ['key:k1']

/** Both orgs have the same accounts, but for their own. */
async function provisionBoth(bench: Bench): Promise<Bench> {
  const other = bench.within(OTHER)
  for (const each of [bench, other]) await provisionPath(each)
  return other
}

export const ORGS: Section = {
  async 'share no counter with another org’s accounts of the same names'(bench, expect) {
    const other = await provisionBoth(bench)
    await bench.reserve({ id: 'a', min: cents(90), want: cents(90) })
    await other.reserve({ id: 'b', min: cents(70), want: cents(70) })
    await bench.settle('a', cents(80))
    expect(await bench.budget('key:k1', 'usd-day')).toEqual([80 * CENT, 0, 0, 20 * CENT])
    expect(await other.budget('key:k1', 'usd-day')).toEqual([0, 70 * CENT, 0, 30 * CENT])
    await shortfallOf(bench.reserve({ id: 'c', min: cents(21), want: cents(21) }))
    expect(await other.reserve({ id: 'c', min: cents(21), want: cents(21) })).toMatchObject({ status: 'ok' })
    expect(await bench.total('team:search')).toEqual([80 * CENT, 0, 0])
    expect(await other.total('team:search')).toEqual([0, 91 * CENT, 0])
    await shortfallOf(other.extend({ id: 'b', min: cents(80), want: cents(80) }))
    expect(await other.extend({ id: 'b', min: cents(79), want: cents(79) })).toMatchObject({ status: 'open' })
  },

  async 'share none either on a path that does not name the org'(bench, expect) {
    const other = await provisionBoth(bench)
    for (const each of [bench, other, bench, other]) {
      await each.reserve({ id: each === bench ? 'a' : 'b', path: KEY })
    }
    await bench.reserve({ id: 'c', path: KEY, min: cents(5), want: cents(5) })
    expect(await bench.budget('key:k1', 'usd-day')).toEqual([0, 15 * CENT, 0, 85 * CENT])
    expect(await other.budget('key:k1', 'usd-day')).toEqual([0, 10 * CENT, 0, 90 * CENT])
  },

  async 'have each their own budgets and their own list of accounts'(bench, expect) {
    const other = await provisionBoth(bench)
    await other.provision('key:k1', { limit_usd: '0.30', period: 'daily' })
    expect(bench.ledger.smallestLimits(ORG, KEY)).toEqual({ usd: 100 * CENT })
    expect(bench.ledger.smallestLimits(OTHER, KEY)).toEqual({ usd: 30 * CENT })
    await other.provision('team:labs')
    const names = async (org?: string) =>
      (await bench.ledger.accounts(org)).map((state) => `${state.org} ${state.account}`).sort()
    const own = ['acme key:k1', 'acme org:acme', 'acme team:search']
    const others = ['globex key:k1', 'globex org:globex', 'globex team:labs', 'globex team:search']
    expect([await names(ORG), await names(OTHER), await names()]).toEqual([own, others, [...own, ...others]])
    expect(await names('nobody')).toEqual([])
    expect(await bench.reserve({ id: 'a', path: ['org:acme', 'team:labs'] })).toMatchObject({
      status: 'no_account',
      reason: 'unknown',
    })
  },

  async 'tell of their accounts a page at a time, by name'(bench, expect) {
    const other = await provisionBoth(bench)
    await other.provision('key:aaa')
    for (const name of ['b', 'a', 'c']) await bench.provision(`key:${name}`)
    await bench.reserve({ id: 'a', path: KEY })
    const all = (await bench.ledger.accounts(ORG)).toSorted((a, b) => (a.account < b.account ? -1 : 1))
    for (const limit of [1, 2, 3, all.length, all.length + 1]) {
      const pages: (typeof all)[] = []
      for (let after = ''; ; after = pages.at(-1)!.at(-1)!.account) {
        const page = await bench.ledger.accounts(ORG, { after, limit })
        pages.push([...page])
        if (page.length < limit) break
      }
      expect(pages.flat()).toEqual(all)
    }
    expect(await bench.ledger.accounts('nobody', { limit: 10 })).toEqual([])
  },

  async 'may each provision whom the other leaves to the default budgets'(bench, expect) {
    const one = await bench.another({ budgets: [{ per: 'user', limit_usd: '0.15', period: 'daily' }] })
    const other = one.within(OTHER)
    const path = ['user:ada'] as const
    expect(await one.reserve({ id: 'a', path, want: cents(90) })).toMatchObject({ granted: cents(15) })
    await other.provision('user:ada', { limit_usd: '0.40', period: 'daily' })
    expect(await other.reserve({ id: 'b', path, want: cents(90) })).toMatchObject({ granted: cents(40) })
    expect(await one.budget('user:ada', 'usd-day')).toEqual([0, 15 * CENT, 0, 0])
  },

  async 'know nothing of each other’s reservations, and touch none'(bench, expect) {
    const other = await provisionBoth(bench)
    await bench.reserve({ id: 'a', min: cents(40), want: cents(40) })
    const before = await bench.ledger.accounts(ORG)
    expect(await other.extend({ id: 'a', min: cents(60), want: cents(60), consumed: cents(30) })).toEqual({
      status: 'unknown',
    })
    expect(await bench.ledger.heartbeat(OTHER, [{ id: 'a', observed: cents(9) }], 10 * TTL_MS)).toEqual({
      notOpen: ['a'],
      revived: [],
    })
    expect(await other.settle('a', cents(7))).toEqual({ status: 'unbooked' })
    expect(await other.release('a')).toEqual({ status: 'tombstoned' })
    expect(await other.reserve({ id: 'a' })).toEqual({ status: 'finished' })
    expect(await bench.ledger.accounts(ORG)).toEqual(before)
    expect(await other.total('org:globex')).toEqual([0, 0, 0])
    bench.clock.nowMs += TTL_MS
    expect(await bench.ledger.expire()).toMatchObject([{ org: ORG, id: 'a', observed: cents(0) }])
  },

  async 'may use one id for two reservations'(bench, expect) {
    const other = await provisionBoth(bench)
    await bench.reserve({ id: 'a', min: cents(40), want: cents(40) })
    await other.reserve({ id: 'a', min: cents(20), want: cents(20) })
    expect(await bench.extend({ id: 'a', min: cents(50), want: cents(50) })).toEqual({
      status: 'open',
      granted: cents(50),
    })
    expect(await other.settle('a', cents(3))).toEqual({ status: 'settled', overdraft: false })
    expect(await bench.total('org:acme')).toEqual([0, 50 * CENT, 0])
    expect(await bench.release('a')).toEqual({ status: 'released' })
    expect(await other.release('a')).toEqual({ status: 'conflict' })
    expect(await bench.total('org:acme')).toEqual([0, 0, 0])
    expect(await other.total('org:globex')).toEqual([3 * CENT, 0, 0])
  },

  async 'may use one id for two corrections'(bench, expect) {
    const other = await provisionBoth(bench)
    const adjust = { id: 'fix', account: 'key:k1', budget: 'total', delta: 5, reason: 'invoice' } as const
    expect(await bench.ledger.adjust({ ...adjust, org: ORG })).toEqual({ status: 'ok' })
    expect(await bench.ledger.adjust({ ...adjust, org: OTHER, delta: 7 })).toEqual({ status: 'ok' })
    expect(await bench.ledger.adjust({ ...adjust, org: ORG })).toEqual({ status: 'repeat' })
    expect([await bench.total('key:k1'), await other.total('key:k1')]).toEqual([
      [5, 0, 0],
      [7, 0, 0],
    ])
  },

  async 'have what is overdue in any of them expired by one call, no more than it is told'(bench, expect) {
    const other = await provisionBoth(bench)
    for (const each of [bench, other]) for (const id of ['a', 'b']) await each.reserve({ id })
    bench.clock.nowMs += TTL_MS
    const bites = [await bench.ledger.expire(3), await bench.ledger.expire(3), await bench.ledger.expire(3)]
    expect(bites.map(({ length }) => length)).toEqual([3, 1, 0])
    const names = bites.flat().map(({ org, id, path }) => `${org} ${id} ${path[0]}`)
    expect(names.sort()).toEqual([
      'acme a org:acme',
      'acme b org:acme',
      'globex a org:globex',
      'globex b org:globex',
    ])
    expect(await bench.total('key:k1')).toEqual([20 * CENT, 0, 20 * CENT])
    expect(await other.total('key:k1')).toEqual([20 * CENT, 0, 20 * CENT])
  },

  async 'have what expired listed and settled for one of them, or for all'(bench, expect) {
    const other = await provisionBoth(bench)
    await bench.reserve({ id: 'a' })
    await other.reserve({ id: 'b' })
    bench.clock.nowMs += TTL_MS
    await bench.ledger.expire()
    const ids = async (filter?: object) => (await bench.ledger.expired(filter)).map(({ id }) => id).sort()
    expect([await ids(), await ids({ org: OTHER })]).toEqual([['a', 'b'], ['b']])
    const { settled } = await bench.ledger.settleExpired('zero', { org: OTHER })
    expect(settled.map(({ org, id }) => [org, id])).toEqual([[OTHER, 'b']])
    expect(await other.total('org:globex')).toEqual([0, 0, 0])
    expect(await bench.total('org:acme')).toEqual([10 * CENT, 0, 10 * CENT])
    expect(await bench.ledger.settleExpired('zero')).toMatchObject({ settled: [{ org: ORG, id: 'a' }] })
  },

  async 'count apart the accounts that nobody provisioned'(bench, expect) {
    const one = await bench.another({ maxAuto: 1 })
    const other = one.within(OTHER)
    for (const each of [one, other]) await each.provision('team:search')
    const under = (org: Bench, user: AccountId) => org.reserve({ id: user, path: ['team:search', user] })
    expect(await under(one, 'user:ada')).toMatchObject({ status: 'ok' })
    expect(await under(one, 'user:bob')).toMatchObject({ reason: 'too_many' })
    expect(await under(other, 'user:bob')).toMatchObject({ status: 'ok' })
    expect(await under(other, 'user:ada')).toMatchObject({ reason: 'too_many' })
  },

  async 'are still apart when the books are opened again'(bench, expect) {
    if (!bench.reopen) return
    const other = await provisionBoth(bench)
    await bench.reserve({ id: 'a', min: cents(40), want: cents(40) })
    await other.reserve({ id: 'a', min: cents(20), want: cents(20) })
    const before = await bench.ledger.accounts()
    const ledger = await bench.reopen()
    expect(await ledger.accounts()).toEqual(before)
    expect(await ledger.release(OTHER, 'a')).toEqual({ status: 'released' })
    expect(await ledger.read(ORG, KEY)).toMatchObject([{ org: ORG, reserved: 40 * CENT }])
    expect(await ledger.read(OTHER, KEY)).toMatchObject([{ org: OTHER, reserved: 0 }])
  },

  async 'refuse each other’s own account, and what names no org'(bench, expect) {
    const other = await provisionBoth(bench)
    const { ledger } = bench
    const wrong: Record<string, () => Promise<unknown>> = {
      reserve: () => other.reserve({ id: 'a', path: bench.path }),
      provision: () => ledger.provision(OTHER, 'org:acme', []),
      read: () => ledger.read(OTHER, ['org:acme']),
      adjust: () =>
        ledger.adjust({
          org: OTHER,
          id: 'fix',
          account: 'org:acme',
          budget: 'total',
          delta: 1,
          reason: 'invoice',
        }),
      'reserve nowhere': () => bench.reserve({ org: '', id: 'a', path: KEY }),
      'extend nowhere': () => bench.extend({ org: '', id: 'a' }),
      'settle nowhere': () => bench.within('').settle('a', cents(1)),
      'release nowhere': () => ledger.release('', 'a'),
      'beat nowhere': () => ledger.heartbeat('', [], TTL_MS),
      'read nowhere': () => ledger.read('', KEY),
    }
    for (const [name, command] of Object.entries(wrong)) {
      const error = await command().catch((thrown: unknown) => thrown)
      expect([name, error instanceof RangeError]).toEqual([name, true])
    }
    expect((await ledger.accounts(OTHER)).map(({ account }) => account)).toEqual([
      'key:k1',
      'org:globex',
      'team:search',
    ])
    expect(await bench.total('org:acme')).toEqual([0, 0, 0])
  },
}
