import type { Budget } from '../../ledger/ledger.ts'
import { amounts, CENT, cents, ORG, provisionPath, type Section, shortfallOf, TTL_MS } from './bench.ts'

const HARD_DAY: Budget = {
  id: 'cap',
  metric: 'usd',
  window: 'day',
  timeZone: 'UTC',
  limit: 100 * CENT,
  mode: 'hard',
}

export const PROVISION: Section = {
  async 'is unchanged when said again'(bench, expect) {
    expect(await bench.ledger.provision(ORG, 'key:k1', [HARD_DAY])).toEqual({ status: 'ok' })
    expect(await bench.ledger.provision(ORG, 'key:k1', [{ ...HARD_DAY }])).toEqual({ status: 'unchanged' })
    expect(await bench.ledger.provision(ORG, 'key:k1', [{ ...HARD_DAY, limit: 1 }])).toEqual({ status: 'ok' })
  },

  async 'keeps the counters when a limit changes: lowered denies new requests, raised admits the next'(
    bench,
    expect,
  ) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a', min: cents(60), want: cents(60) })
    await bench.provision('key:k1', { limit_usd: '0.50', period: 'daily' })
    expect(await bench.budget('key:k1', 'usd-day')).toEqual([0, 60 * CENT, 0, -10 * CENT])
    await shortfallOf(bench.reserve({ id: 'b' }))
    expect(await bench.settle('a', cents(60))).toEqual({ status: 'settled', overdraft: false })
    await bench.provision('key:k1', { limit_usd: '0.70', period: 'daily' })
    expect(await bench.reserve({ id: 'b' })).toMatchObject({ status: 'ok', granted: cents(10) })
  },

  async 'starts a replaced budget where the old one stood, running requests included'(bench, expect) {
    await bench.ledger.provision(ORG, 'key:k1', [HARD_DAY])
    await bench.reserve({ id: 'a', path: ['key:k1'], min: cents(30), want: cents(30) })
    await bench.reserve({ id: 'b', path: ['key:k1'], min: cents(20), want: cents(20) })
    await bench.settle('b', cents(15))
    await bench.ledger.provision(ORG, 'key:k1', [{ ...HARD_DAY, window: 'month' }])
    expect(await bench.budget('key:k1', 'cap')).toEqual([15 * CENT, 30 * CENT, 0, 55 * CENT])
    await bench.settle('a', cents(25))
    expect(await bench.budget('key:k1', 'cap')).toEqual([40 * CENT, 0, 0, 60 * CENT])
  },

  async 'corrects a budget that came in another’s place by every later truth about what it took over'(
    bench,
    expect,
  ) {
    await bench.ledger.provision(ORG, 'key:k1', [HARD_DAY])
    const path = ['key:k1'] as const
    for (const id of ['estimated', 'released', 'expired', 'open']) await bench.reserve({ id, path })
    await bench.settle('estimated', cents(9), 'estimated')
    await bench.release('released')
    await bench.extend({ id: 'open', ttlMs: 2 * TTL_MS })
    bench.clock.nowMs += TTL_MS
    await bench.ledger.expire()
    await bench.ledger.provision(ORG, 'key:k1', [{ ...HARD_DAY, window: 'month' }])
    await bench.ledger.provision(ORG, 'key:k1', [{ ...HARD_DAY, window: 'week' }])
    expect(await bench.budget('key:k1', 'cap')).toEqual([19 * CENT, 10 * CENT, 10 * CENT, 71 * CENT])
    // One that was admitted since then counts there already.
    await bench.reserve({ id: 'later', path })
    await bench.settle('later', cents(8), 'estimated')
    const ledger = (await bench.reopen?.()) ?? bench.ledger
    const truth = { estimated: 5, released: 4, expired: 3, open: 2, later: 1 }
    for (const [id, count] of Object.entries(truth)) {
      await ledger.settle({ org: ORG, id, actual: cents(count), basis: 'exact' })
    }
    const standing = { spent: 15 * CENT, reserved: 0, unconfirmed: 0 }
    expect(await ledger.read(ORG, ['key:k1'])).toMatchObject([{ budgets: [standing] }])
  },

  async 'does so on every account of a path, however often each was replaced before'(bench, expect) {
    const path = ['team:search', 'key:k1'] as const
    const give = (account: (typeof path)[number], id: string) =>
      bench.ledger.provision(ORG, account, [{ ...HARD_DAY, window: 'total', id }])
    await give('team:search', 'first')
    // So that the key is admitted with the rules that the team only comes to have meanwhile.
    await give('key:k1', 'first')
    await give('key:k1', 'second')
    await bench.reserve({ id: 'a', path })
    await give('team:search', 'second')
    await give('key:k1', 'third')
    await bench.settle('a', cents(4))
    expect(await bench.budget('team:search', 'second')).toEqual([4 * CENT, 0, 0, 96 * CENT])
    expect(await bench.budget('key:k1', 'third')).toEqual([4 * CENT, 0, 0, 96 * CENT])
  },

  async 'asks the budget that came in another’s place for all that a reservation wants which held nothing till then'(
    bench,
    expect,
  ) {
    await bench.ledger.provision(ORG, 'key:k1', [HARD_DAY])
    await bench.reserve({ id: 'a', path: ['key:k1'], min: cents(0), want: amounts(0, 10) })
    await bench.ledger.provision(ORG, 'key:k1', [{ ...HARD_DAY, window: 'week' }])
    const shortfall = await shortfallOf(bench.extend({ id: 'a', min: cents(101), want: cents(101) }))
    expect(shortfall).toMatchObject({ budget: 'cap', window: 'week', reason: 'exceeded' })
    await bench.extend({ id: 'a', min: cents(60), want: cents(60) })
    expect(await bench.budget('key:k1', 'cap')).toEqual([0, 60 * CENT, 0, 40 * CENT])
  },

  async 'raises nothing in the window of such a budget once it has ended, though others are replaced since'(
    bench,
    expect,
  ) {
    const hour = { ...HARD_DAY, window: 'hour' } as const
    const tokens = { ...HARD_DAY, id: 'tokens', metric: 'tokens' } as const
    await bench.ledger.provision(ORG, 'key:k1', [HARD_DAY, tokens])
    await bench.reserve({ id: 'a', path: ['key:k1'] })
    await bench.extend({ id: 'a', consumed: cents(10), ttlMs: 86_400_000 })
    await bench.ledger.provision(ORG, 'key:k1', [hour, tokens])
    bench.clock.nowMs += 3_600_000
    await bench.ledger.provision(ORG, 'key:k1', [hour, { ...tokens, window: 'week' }])
    const shortfall = await shortfallOf(bench.extend({ id: 'a', min: cents(200), want: cents(200) }))
    expect(shortfall).toMatchObject({ budget: 'cap', window: 'hour', spent: 10 * CENT, reason: 'reserved' })
  },

  async 'corrects it also through one that stood between them and whose window has ended'(bench, expect) {
    const tokens = { ...HARD_DAY, id: 'tokens', metric: 'tokens' } as const
    await bench.ledger.provision(ORG, 'key:k1', [HARD_DAY, tokens])
    await bench.reserve({ id: 'a', path: ['key:k1'], ttlMs: 86_400_000 })
    await bench.settle('a', cents(5), 'estimated')
    await bench.ledger.provision(ORG, 'key:k1', [{ ...HARD_DAY, window: 'hour' }, tokens])
    const week = { ...HARD_DAY, window: 'week' } as const
    await bench.ledger.provision(ORG, 'key:k1', [week, tokens])
    bench.clock.nowMs += 3_600_000
    await bench.reserve({ id: 'b', path: ['key:k1'] })
    await bench.release('b')
    await bench.ledger.provision(ORG, 'key:k1', [week, { ...tokens, window: 'week' }])
    await bench.settle('a', cents(50))
    expect(await bench.budget('key:k1', 'cap')).toEqual([50 * CENT, 0, 0, 50 * CENT])
  },

  async 'does not forget what was spent when a budget is taken away and given back'(bench, expect) {
    await bench.ledger.provision(ORG, 'key:k1', [HARD_DAY])
    await bench.reserve({ id: 'a', path: ['key:k1'] })
    await bench.ledger.provision(ORG, 'key:k1', [])
    await bench.settle('a', cents(9))
    await bench.ledger.provision(ORG, 'key:k1', [HARD_DAY])
    expect(await bench.budget('key:k1', 'cap')).toEqual([9 * CENT, 0, 0, 91 * CENT])
  },

  async 'counts in a budget that comes back what was spent and reserved while another stood in its place'(
    bench,
    expect,
  ) {
    const path = ['key:k1'] as const
    const spend = async (id: string, count: number) => {
      await bench.reserve({ id, path, min: cents(count), want: cents(count) })
      await bench.settle(id, cents(count))
    }
    await bench.provision('key:k1', { limit_usd: '1.00', period: 'daily' })
    await spend('a', 30)
    await bench.reserve({ id: 'b', path })
    await bench.provision('key:k1', { limit_usd: '1.00', period: 'weekly' })
    await spend('c', 20)
    await bench.reserve({ id: 'd', path })
    await bench.reserve({ id: 'e', path })
    await bench.release('d')
    await bench.provision('key:k1', { limit_usd: '1.00', period: 'daily' })
    expect(await bench.budget('key:k1', 'usd-day')).toEqual([50 * CENT, 20 * CENT, 0, 30 * CENT])
    await shortfallOf(bench.extend({ id: 'e', min: cents(41), want: cents(41) }))
    await bench.settle('e', cents(5))
    await spend('f', 35)
    await bench.provision('key:k1', { limit_usd: '1.00', period: 'weekly' })
    expect(await bench.budget('key:k1', 'usd-week')).toEqual([90 * CENT, 10 * CENT, 0, 0])
    await shortfallOf(bench.reserve({ id: 'g', path, min: cents(1) }))
  },

  async 'counts in it by its own calendar: what was spent in its window of now, and nothing older'(
    bench,
    expect,
  ) {
    const path = ['key:k1'] as const
    const day = { limit_tokens: 100, period: 'daily' } as const
    const week = { limit_tokens: 1000, period: 'weekly' } as const
    const spend = async (id: string, tokens: number) => {
      await bench.reserve({ id, path, want: amounts(0, tokens), min: amounts(0, tokens) })
      await bench.settle(id, amounts(0, tokens))
    }
    await bench.provision('key:k1', day)
    await spend('a', 10)
    await bench.provision('key:k1', week)
    await spend('b', 200)
    bench.clock.nowMs += 24 * 3_600_000
    await spend('c', 70)
    await bench.provision('key:k1')
    await spend('d', 5)
    await bench.provision('key:k1', day, week)
    expect(await bench.budget('key:k1', 'tokens-day')).toEqual([75, 0, 0, 25])
    expect(await bench.budget('key:k1', 'tokens-week')).toEqual([285, 0, 0, 715])
  },

  async 'lets a budget that was taken away deny nothing and show nowhere'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a' })
    await bench.provision('key:k1')
    const beyond = { min: cents(500), want: cents(500) }
    expect(await bench.extend({ id: 'a', ...beyond })).toEqual({ status: 'open', granted: cents(500) })
    expect(await bench.reserve({ id: 'b', ...beyond })).toEqual({
      status: 'ok',
      repeat: false,
      granted: cents(500),
      would: [],
    })
    expect(await bench.ledger.read(ORG, ['key:k1'])).toMatchObject([{ reserved: 1000 * CENT, budgets: [] }])
  },

  async 'counts from now on what a new budget was not there for'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a' })
    await bench.provision('team:search', { limit_usd: '0.50', period: 'daily' })
    await bench.settle('a', cents(10))
    expect(await bench.budget('team:search', 'usd-day')).toEqual([0, 0, 0, 50 * CENT])
    expect(await bench.total('team:search')).toEqual([10 * CENT, 0, 0])
  },

  async 'refuses budgets that are none'(bench, expect) {
    const wrong: Partial<Budget>[] = [
      { limit: -1 },
      { limit: 2 ** 52 + 1 },
      { limit: 0.5 },
      { timeZone: 'Mars/Olympus' },
      { window: 'month', anchorDay: 29 },
      { window: 'year' as 'month' },
      { metric: 'eur' as 'usd' },
      { mode: 'firm' as 'hard' },
      { id: 'total' },
      { id: '' },
    ]
    for (const fault of wrong) {
      const error = await bench.ledger
        .provision(ORG, 'key:k1', [{ ...HARD_DAY, ...fault }])
        .catch((thrown: unknown) => thrown)
      expect([JSON.stringify(fault), error instanceof RangeError]).toEqual([JSON.stringify(fault), true])
    }
    expect(await bench.ledger.accounts()).toEqual([])
  },
}
