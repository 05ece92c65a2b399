import {
  amounts,
  CENT,
  cents,
  ORG,
  PATH,
  provisionPath,
  type Section,
  START_MS,
  shortfallOf,
} from './bench.ts'

const MIDNIGHT_MS = START_MS + 12 * 3_600_000

export const RESERVE: Section = {
  async 'reserves on every account of the path'(bench, expect) {
    await provisionPath(bench)
    const reply = await bench.reserve({ id: 'a', min: cents(10), want: cents(30) })
    expect(reply).toMatchObject({ status: 'ok', repeat: false, granted: cents(30), would: [] })
    for (const account of PATH) expect(await bench.total(account)).toEqual([0, 30 * CENT, 0])
    expect(await bench.budget('key:k1', 'usd-day')).toEqual([0, 30 * CENT, 0, 70 * CENT])
  },

  async 'grants what is left when that is at least the minimum'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a', min: cents(70), want: cents(70) })
    expect(await bench.reserve({ id: 'b', min: cents(10), want: cents(90) })).toMatchObject({
      status: 'ok',
      granted: cents(30),
      tightest: { account: 'key:k1', budget: 'usd-day', remaining: 0, resetAtMs: MIDNIGHT_MS },
    })
  },

  async 'grants the least that any budget on the path has left'(bench, expect) {
    await bench.provision('org:acme', { limit_usd: '0.50', period: 'monthly' })
    await bench.provision('team:search', { limit_usd: '0.20', period: 'total' })
    await bench.provision('key:k1', { limit_usd: '1.00', period: 'daily' })
    expect(await bench.reserve({ id: 'a', min: cents(1), want: cents(90) })).toMatchObject({
      granted: cents(20),
      tightest: { account: 'team:search', resetAtMs: null },
    })
  },

  async 'narrows each metric by its own budgets'(bench, expect) {
    await provisionPath(bench)
    await bench.provision(
      'key:k1',
      { limit_tokens: 100, period: 'daily' },
      { limit_requests: 5, period: 'hourly' },
    )
    expect(
      await bench.reserve({ id: 'a', min: amounts(1, 1, 1), want: amounts(7 * CENT, 500, 1) }),
    ).toMatchObject({
      granted: amounts(7 * CENT, 100, 1),
    })
    expect(
      await shortfallOf(bench.reserve({ id: 'b', min: amounts(1, 1, 1), want: amounts(1, 1, 1) })),
    ).toMatchObject({
      metric: 'tokens',
      reason: 'reserved',
    })
  },

  async 'writes nothing when it denies'(bench, expect) {
    await provisionPath(bench)
    await bench.settle('a', cents(0))
    await bench.reserve({ id: 'b', min: cents(60), want: cents(60) })
    const before = await bench.ledger.accounts()
    await shortfallOf(bench.reserve({ id: 'c', min: cents(50), want: cents(50) }))
    expect(await bench.ledger.accounts()).toEqual(before)
    expect(await bench.release('c')).toEqual({ status: 'tombstoned' })
  },

  async 'says reserved when the request would fit but for running ones'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a', min: cents(95), want: cents(95) })
    expect(await shortfallOf(bench.reserve({ id: 'b' }))).toEqual({
      account: 'key:k1',
      budget: 'usd-day',
      metric: 'usd',
      window: 'day',
      limit: 100 * CENT,
      spent: 0,
      reserved: 95 * CENT,
      unconfirmed: 0,
      remaining: 5 * CENT,
      resetAtMs: MIDNIGHT_MS,
      reason: 'reserved',
    })
  },

  async 'says exceeded when spent money leaves no room'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a', min: cents(95), want: cents(95) })
    await bench.settle('a', cents(91))
    expect(await shortfallOf(bench.reserve({ id: 'b' }))).toMatchObject({
      reason: 'exceeded',
      remaining: 9 * CENT,
    })
  },

  async 'says reserved while it is only an unconfirmed charge that stands in the way'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a', min: cents(95), want: cents(95) })
    bench.clock.nowMs += 60_000
    await bench.ledger.expire()
    expect(await shortfallOf(bench.reserve({ id: 'b' }))).toMatchObject({
      reason: 'reserved',
      spent: 95 * CENT,
      unconfirmed: 95 * CENT,
    })
  },

  async 'names the tightest of several budgets that deny, and the latest of their resets'(bench, expect) {
    await bench.provision('org:acme', { limit_usd: '0.08', period: 'daily' })
    await bench.provision('team:search', { limit_usd: '0.05', period: 'hourly' })
    await bench.provision('key:k1', { limit_usd: '0.07', period: 'hourly' })
    expect(await shortfallOf(bench.reserve({ id: 'a' }))).toMatchObject({
      account: 'team:search',
      reason: 'exceeded',
      resetAtMs: MIDNIGHT_MS,
    })
  },

  async 'lets spent money weigh more than running requests'(bench, expect) {
    await bench.provision('org:acme', { limit_usd: '1.00', period: 'daily' })
    await bench.provision('team:search', { limit_usd: '0.09', period: 'hourly' })
    await bench.provision('key:k1')
    await bench.reserve({ id: 'a', path: ['org:acme'], min: cents(100), want: cents(100) })
    expect(await shortfallOf(bench.reserve({ id: 'b' }))).toMatchObject({
      account: 'team:search',
      reason: 'exceeded',
      resetAtMs: START_MS + 3_600_000,
    })
  },

  async 'reports soft budgets without denying or narrowing'(bench, expect) {
    await provisionPath(bench)
    await bench.provision('team:search', { limit_usd: '0.05', period: 'daily', mode: 'soft' })
    expect(await bench.reserve({ id: 'a', min: cents(10), want: cents(40) })).toMatchObject({
      status: 'ok',
      granted: cents(40),
      would: [{ account: 'team:search', reason: 'exceeded', remaining: 5 * CENT }],
    })
    expect(await bench.budget('team:search', 'usd-day')).toEqual([0, 40 * CENT, 0, -35 * CENT])
  },

  async 'reports every budget, and reserves all the same, when it only observes'(bench, expect) {
    await provisionPath(bench)
    expect(await bench.reserve({ id: 'a', min: cents(150), want: cents(200), observe: true })).toMatchObject({
      status: 'ok',
      granted: cents(200),
      would: [{ account: 'key:k1', reason: 'exceeded' }],
    })
    expect(await bench.extend({ id: 'a', min: cents(300), want: cents(300) })).toEqual({
      status: 'open',
      granted: cents(300),
    })
  },

  async 'asks no budget of which nothing is wanted'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a', min: cents(100), want: cents(100) })
    await bench.settle('a', cents(101))
    const free = amounts(0, 50, 1)
    expect(await bench.reserve({ id: 'b', min: free, want: free })).toMatchObject({
      status: 'ok',
      granted: free,
    })
  },

  async 'refuses a bound that is only believed once costs beyond it have added up to one part in a hundred'(
    bench,
    expect,
  ) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a', bound: 'soft' })
    await bench.settle('a', cents(11))
    expect(await bench.reserve({ id: 'b', bound: 'soft' })).toMatchObject({ status: 'ok' })
    expect(await bench.settle('b', amounts(10 * CENT + 1))).toMatchObject({ overdraft: true })
    expect(await shortfallOf(bench.reserve({ id: 'c', bound: 'soft' }))).toMatchObject({
      reason: 'overdraft',
    })
    expect(await bench.reserve({ id: 'd', bound: 'proven' })).toMatchObject({ status: 'ok' })
  },

  async 'tells a repeated reserve again what would have refused it'(bench, expect) {
    await provisionPath(bench)
    await bench.provision('team:search', { limit_usd: '0.15', period: 'daily', mode: 'soft' })
    const first = await bench.reserve({ id: 'a', min: cents(20), want: cents(20) })
    expect(first).toMatchObject({ would: [{ account: 'team:search', reason: 'exceeded', reserved: 0 }] })
    await bench.reserve({ id: 'b' })
    const again = await bench.reserve({ id: 'a', min: cents(20), want: cents(20) })
    expect('would' in again && again.would).toEqual('would' in first && first.would)
  },

  async 'gives a repeated reserve the same grant, also when nothing is left'(bench, expect) {
    await provisionPath(bench)
    const command = { id: 'a', min: cents(10), want: cents(150) }
    expect(await bench.reserve(command)).toMatchObject({ status: 'ok', repeat: false, granted: cents(100) })
    expect(await bench.reserve(command)).toMatchObject({ status: 'ok', repeat: true, granted: cents(100) })
    expect(await bench.total('org:acme')).toEqual([0, 100 * CENT, 0])
  },

  async 'refuses an open id with other amounts or another path'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a' })
    expect(await bench.reserve({ id: 'a', want: cents(11) })).toEqual({ status: 'conflict' })
    expect(await bench.reserve({ id: 'a', min: cents(9) })).toEqual({ status: 'conflict' })
    expect(await bench.reserve({ id: 'a', bound: 'soft' })).toEqual({ status: 'conflict' })
    expect(await bench.reserve({ id: 'a', path: ['org:acme'] })).toEqual({ status: 'conflict' })
    expect(await bench.total('org:acme')).toEqual([0, 10 * CENT, 0])
  },

  async 'answers finished once an id has been settled, released or expired'(bench, expect) {
    await provisionPath(bench)
    for (const id of ['a', 'b', 'c']) await bench.reserve({ id })
    await bench.settle('a', cents(1))
    await bench.release('b')
    bench.clock.nowMs += 60_000
    await bench.ledger.expire()
    for (const id of ['a', 'b', 'c']) expect(await bench.reserve({ id })).toEqual({ status: 'finished' })
  },

  async 'stays exact at the largest amounts'(bench, expect) {
    const limit = 2 ** 52
    for (const account of PATH) {
      await bench.ledger.provision(ORG, account, [
        { id: 'cap', metric: 'usd', window: 'total', timeZone: 'UTC', limit, mode: 'hard' },
      ])
    }
    const most = amounts(2 ** 50)
    for (const id of ['a', 'b', 'c']) await bench.reserve({ id, min: most, want: most })
    await bench.reserve({ id: 'd', min: amounts(2 ** 50 - 1), want: amounts(2 ** 50 - 1) })
    expect(await bench.budget('org:acme', 'cap')).toEqual([0, 2 ** 52 - 1, 0, 1])
    expect(await bench.reserve({ id: 'e', min: amounts(1), want: most })).toMatchObject({
      granted: amounts(1),
    })
    for (const id of ['a', 'b', 'c', 'd', 'e']) await bench.settle(id, amounts(2 ** 50 - 3))
    expect(await bench.total('key:k1')).toEqual([5 * (2 ** 50 - 3), 0, 0])
  },
}
