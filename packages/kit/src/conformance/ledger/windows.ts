import { CENT, cents, ORG, provisionPath, type Section, START_MS, shortfallOf } from './bench.ts'

const HOUR_MS = 3_600_000

export const WINDOWS: Section = {
  async 'refills an hourly, a daily, a weekly and a monthly budget at its own hour'(bench, expect) {
    const resets = {
      hourly: START_MS + HOUR_MS,
      daily: START_MS + 12 * HOUR_MS,
      weekly: Date.UTC(2026, 10, 23),
      monthly: Date.UTC(2026, 11, 1),
    } as const
    for (const [period, resetAtMs] of Object.entries(resets) as [keyof typeof resets, number][]) {
      bench.clock.nowMs = START_MS
      const { clock, provision, reserve } = await bench.another({})
      const path = [`key:${period}`] as const
      await provision(path[0], { limit_usd: '0.10', period })
      expect(await reserve({ id: 'a', path })).toMatchObject({ tightest: { resetAtMs } })
      clock.nowMs = resetAtMs - 1
      await shortfallOf(reserve({ id: 'b', path }))
      clock.nowMs = resetAtMs
      expect(await reserve({ id: 'b', path })).toMatchObject({ status: 'ok', granted: cents(10) })
    }
  },

  async 'never refills a total'(bench, expect) {
    await bench.provision('key:k1', { limit_usd: '0.10', period: 'total' })
    await bench.reserve({ id: 'a', path: ['key:k1'] })
    bench.clock.nowMs += 400 * 86_400_000
    expect(await shortfallOf(bench.reserve({ id: 'b', path: ['key:k1'] }))).toMatchObject({ resetAtMs: null })
  },

  async 'follows the calendar of the budget’s zone'(bench, expect) {
    await bench.provision(
      'key:k1',
      { limit_usd: '1.00', period: 'daily', timeZone: 'Asia/Kolkata' },
      { limit_usd: '0.50', period: 'monthly', anchorDay: 15, timeZone: 'America/New_York', id: 'month' },
    )
    const [state] = await bench.ledger.read(ORG, ['key:k1'])
    expect(state!.budgets.map(({ resetAtMs }) => resetAtMs)).toEqual([
      Date.UTC(2026, 10, 18, 18, 30),
      Date.UTC(2026, 11, 15, 5),
    ])
  },

  async 'charges a reservation for ever to the window in which it was admitted'(bench, expect) {
    await bench.provision('key:k1', { limit_usd: '1.00', period: 'daily' })
    const path = ['key:k1'] as const
    for (const id of ['a', 'b', 'c']) await bench.reserve({ id, path, ttlMs: 86_400_000 })
    bench.clock.nowMs += 12 * HOUR_MS
    await bench.settle('a', cents(30))
    await bench.release('b')
    expect(await bench.budget('key:k1', 'usd-day')).toEqual([0, 0, 0, 100 * CENT])
    bench.clock.nowMs += 12 * HOUR_MS
    await bench.ledger.expire()
    expect(await bench.budget('key:k1', 'usd-day')).toEqual([0, 0, 0, 100 * CENT])
    expect(await bench.total('key:k1')).toEqual([40 * CENT, 0, 10 * CENT])
  },

  async 'tells nobody how a window stands that has ended'(bench, expect) {
    await bench.provision('key:k1', { limit_usd: '0.10', period: 'hourly' })
    const path = ['key:k1'] as const
    for (const id of ['a', 'b']) await bench.reserve({ id, path, min: cents(1), want: cents(5) })
    bench.clock.nowMs += HOUR_MS
    const nothing = { status: 'settled', overdraft: false, crossed: [] }
    expect(await bench.settle('a', cents(5), 'exact', [50])).toEqual(nothing)
    const again = bench.reserve({ id: 'b', path, min: cents(1), want: cents(5) })
    expect(await again).toEqual({ status: 'ok', repeat: true, granted: cents(5), would: [] })
  },

  async 'does not come back to a window when the clock does'(bench, expect) {
    await bench.provision('key:k1', { limit_usd: '0.10', period: 'daily' })
    const path = ['key:k1'] as const
    bench.clock.nowMs += 12 * HOUR_MS
    await bench.reserve({ id: 'a', path })
    bench.clock.nowMs -= 1000
    await shortfallOf(bench.reserve({ id: 'b', path }))
    if (!bench.reopen) return
    const ledger = await bench.reopen()
    expect(await ledger.read(ORG, ['key:k1'])).toMatchObject([{ budgets: [{ reserved: 10 * CENT }] }])
  },

  async 'reserves nothing while it has seen a time more than a minute ahead of its clock, and ends what is running'(
    bench,
    expect,
  ) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a' })
    bench.clock.nowMs -= 60_000
    expect(await bench.reserve({ id: 'b' })).toMatchObject({ status: 'ok' })
    bench.clock.nowMs -= 1
    for (const id of ['c', 'a']) {
      const error = await bench.reserve({ id }).catch((thrown: unknown) => thrown)
      expect(error instanceof Error).toEqual(true)
    }
    expect(await bench.settle('a', cents(3))).toMatchObject({ status: 'settled' })
    expect(await bench.release('b')).toEqual({ status: 'released' })
    expect(await bench.budget('key:k1', 'usd-day')).toEqual([3 * CENT, 0, 0, 97 * CENT])
    bench.clock.nowMs += 1
    expect(await bench.reserve({ id: 'd' })).toMatchObject({ status: 'ok' })
  },
}
