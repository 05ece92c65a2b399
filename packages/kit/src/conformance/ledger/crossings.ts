import { amounts, type Bench, CENT, cents, ORG, provisionPath, type Section, TTL_MS } from './bench.ts'

const ALERT_AT = [50, 80, 100] as const

/** `key:k1 usd-day 80` for every crossing that a reply tells. */
async function crossedBy(reply: ReturnType<Bench['settle']>): Promise<readonly string[]> {
  const answer = await reply
  const crossed = ('crossed' in answer && answer.crossed) || []
  return crossed.map(({ account, budget, percent }) => `${account} ${budget} ${percent}`).toSorted()
}

/** Reserve ten cents and settle them at what it cost. */
async function spend(bench: Bench, id: string, cost: number): Promise<readonly string[]> {
  await bench.reserve({ id })
  return crossedBy(bench.settle(id, cents(cost), 'exact', ALERT_AT))
}

export const CROSSINGS: Section = {
  async 'tells who asks how much is left afterwards where least is, and nothing to who does not'(
    bench,
    expect,
  ) {
    await provisionPath(bench)
    await bench.provision('team:search', { limit_usd: '0.50', period: 'daily' })
    await bench.reserve({ id: 'a' })
    await bench.reserve({ id: 'b' })
    const left = { account: 'team:search', budget: 'usd-day', spent: 7 * CENT, reserved: 10 * CENT }
    expect(await bench.settle('a', cents(7), 'exact', [])).toMatchObject({
      status: 'settled',
      overdraft: false,
      crossed: [],
      tightest: { ...left, remaining: 33 * CENT },
    })
    expect(await bench.settle('b', cents(7))).toEqual({ status: 'settled', overdraft: false })
  },

  async 'names no tightest budget where none is hard'(bench, expect) {
    await bench.provision('key:k1', { limit_usd: '0.10', period: 'daily', mode: 'soft' })
    await bench.reserve({ id: 'a', path: ['key:k1'] })
    const { tightest, ...told } = { tightest: undefined, ...(await bench.settle('a', cents(1), 'exact', [])) }
    expect([tightest, told]).toEqual([undefined, { status: 'settled', overdraft: false, crossed: [] }])
  },

  async 'tells of each part of a limit to the one request that reaches it, soft budgets and tokens included'(
    bench,
    expect,
  ) {
    await bench.provision('org:acme', { limit_usd: '0.40', period: 'daily', mode: 'soft' })
    await bench.provision('team:search', { limit_tokens: 1000, period: 'daily' })
    await bench.provision('key:k1', { limit_usd: '0.50', period: 'daily' })
    await bench.reserve({ id: 'big', want: amounts(20 * CENT, 900) })
    const reply = bench.settle('big', amounts(20 * CENT, 800), 'exact', ALERT_AT)
    expect(await crossedBy(reply)).toEqual([
      ...['org:acme usd-day 50', 'team:search tokens-day 50', 'team:search tokens-day 80'],
    ])
    expect(await spend(bench, 'a', 4)).toEqual([])
    expect(await spend(bench, 'b', 10)).toEqual(['key:k1 usd-day 50', 'org:acme usd-day 80'])
    expect(await spend(bench, 'c', 10)).toEqual(['key:k1 usd-day 80', 'org:acme usd-day 100'])
    expect(await spend(bench, 'd', 1)).toEqual([])
  },

  async 'says where the budget stands that has reached it'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a', want: cents(60) })
    await bench.reserve({ id: 'b' })
    expect(await bench.settle('a', cents(55), 'exact', ALERT_AT)).toMatchObject({
      crossed: [{ account: 'key:k1', percent: 50, limit: 100 * CENT, spent: 55 * CENT, reserved: 10 * CENT }],
    })
  },

  async 'tells a repeat what the settle was told that it repeats'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a', want: cents(60) })
    const settle = () => bench.settle('a', cents(55), 'exact', ALERT_AT)
    const first = await settle()
    const again = { status: 'repeat', overdraft: false, crossed: 'crossed' in first && first.crossed }
    expect(await spend(bench, 'b', 10)).toEqual([])
    expect(await settle()).toEqual(again)
    if (!bench.reopen) return
    const ledger = await bench.reopen()
    const command = { org: ORG, id: 'a', actual: cents(55), basis: 'exact', alertAt: ALERT_AT } as const
    expect(await ledger.settle(command)).toEqual(again)
  },

  async 'tells it again to the request whose estimate is corrected, while that is what makes the difference'(
    bench,
    expect,
  ) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a', want: cents(60) })
    const settle = (count: number, basis: 'exact' | 'estimated') =>
      crossedBy(bench.settle('a', cents(count), basis, ALERT_AT))
    expect(await settle(55, 'estimated')).toEqual(['key:k1 usd-day 50'])
    expect(await settle(85, 'estimated')).toEqual(['key:k1 usd-day 50', 'key:k1 usd-day 80'])
    expect(await settle(49, 'exact')).toEqual([])
    expect(await settle(49, 'exact')).toEqual([])
  },

  async 'tells only of windows that still last, however often the truth about an ended one is corrected'(
    bench,
    expect,
  ) {
    await bench.provision(
      'key:k1',
      { limit_usd: '1.00', period: 'hourly' },
      { limit_usd: '1.10', period: 'weekly' },
    )
    const path = ['key:k1'] as const
    await bench.reserve({ id: 'a', path, min: cents(60), want: cents(60), ttlMs: 86_400_000 })
    const settle = (count: number, basis: 'exact' | 'estimated') =>
      bench.settle('a', cents(count), basis, ALERT_AT)
    const week = (spent: number) => ({ budget: 'usd-week', spent: spent * CENT, reserved: 0 })
    for (const id of ['b', 'c', 'd']) {
      bench.clock.nowMs += 3_600_000
      await bench.reserve({ id, path })
      await bench.release(id)
      if (id !== 'b') continue
      const told = { tightest: week(55), crossed: [{ ...week(55), percent: 50 }] }
      expect(await settle(55, 'estimated')).toMatchObject(told)
    }
    const told = { tightest: week(59), crossed: [{ ...week(59), percent: 50 }] }
    expect(await settle(59, 'exact')).toMatchObject(told)
    expect(await bench.total('key:k1')).toEqual([59 * CENT, 0, 0])
  },

  async 'counts what had been consumed, and what had expired, as reached by the settle'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a', want: cents(90) })
    await bench.extend({ id: 'a', consumed: cents(60) })
    bench.clock.nowMs += TTL_MS
    await bench.ledger.expire()
    expect(await crossedBy(bench.settle('a', cents(70), 'exact', ALERT_AT))).toEqual(['key:k1 usd-day 50'])
  },

  async 'goes by the limit with its raise'(bench, expect) {
    const raise = { amount: 100 * CENT, untilMs: bench.clock.nowMs + 1000 }
    const budget = { id: 'cap', metric: 'usd', window: 'day', timeZone: 'UTC', mode: 'hard' } as const
    await bench.ledger.provision(ORG, 'key:k1', [{ ...budget, limit: 100 * CENT, raise }])
    const path = ['key:k1'] as const
    for (const id of ['a', 'b']) await bench.reserve({ id, path, want: cents(60) })
    expect(await crossedBy(bench.settle('a', cents(60), 'exact', ALERT_AT))).toEqual([])
    bench.clock.nowMs += 1000
    expect(await crossedBy(bench.settle('b', cents(30), 'exact', ALERT_AT))).toEqual(['key:k1 cap 80'])
  },

  async 'is exact to the last nano-dollar, at the largest limit'(bench, expect) {
    const budget = { id: 'cap', metric: 'usd', window: 'day', timeZone: 'UTC', mode: 'hard' } as const
    await bench.ledger.provision(ORG, 'key:k1', [{ ...budget, limit: 2 ** 52 }])
    // Seven hundredths of it, rounded up: a unit less has not reached them.
    const reached = Number((2n ** 52n * 7n + 99n) / 100n)
    const path = ['key:k1'] as const
    for (const id of ['a', 'b']) await bench.reserve({ id, path, min: amounts(1), want: amounts(2 ** 50) })
    expect(await crossedBy(bench.settle('a', amounts(reached - 1), 'exact', [7]))).toEqual([])
    expect(await crossedBy(bench.settle('b', amounts(1), 'exact', [7]))).toEqual(['key:k1 cap 7'])
  },

  async 'tells of a raised limit too, however large it has become'(bench, expect) {
    await bench.provision('key:k1', { limit_usd: '4503599', period: 'daily' })
    const raise = { amount: 2 ** 50, untilMs: bench.clock.nowMs + 1000 }
    await bench.ledger.raise({ org: ORG, account: 'key:k1', budget: 'usd-day', raise })
    await bench.reserve({ id: 'a', path: ['key:k1'], want: amounts(2 ** 50) })
    const reply = bench.settle('a', amounts(2 ** 50), 'exact', [19, 20, 21])
    expect(await crossedBy(reply)).toEqual(['key:k1 usd-day 19', 'key:k1 usd-day 20'])
  },

  async 'refuses what is no percentage of a limit'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a' })
    for (const alertAt of [[0], [201], [12.5], [Number.NaN], Array.from({ length: 11 }, () => 50)]) {
      const error = await bench.settle('a', cents(1), 'exact', alertAt).catch((thrown: unknown) => thrown)
      expect(error instanceof RangeError).toEqual(true)
    }
    expect(await bench.total('org:acme')).toEqual([0, 10 * CENT, 0])
  },
}
