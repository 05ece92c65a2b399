import { budgetFrom } from '../../ledger/budget-entry.ts'
import type { Raise } from '../../ledger/ledger.ts'
import { type Bench, CENT, cents, ORG, type Section, START_MS, shortfallOf } from './bench.ts'

const HOUR_MS = 3_600_000
const UNTIL_MS = START_MS + HOUR_MS
const path = ['key:k1'] as const

/** Ten cents a day, and for an hour five more. */
function provisionRaised({ ledger }: Bench, raise: Raise = { amount: 5 * CENT, untilMs: UNTIL_MS }) {
  return ledger.provision(ORG, 'key:k1', [{ ...budgetFrom({ limit_usd: '0.10', period: 'daily' }), raise }])
}

export const RAISE: Section = {
  async 'admits more until its end, and not from then on'(bench, expect) {
    await provisionRaised(bench)
    const reserve = (id: string, count: number) =>
      bench.reserve({ id, path, min: cents(count), want: cents(count) })
    expect(await reserve('a', 12)).toMatchObject({ status: 'ok', tightest: { limit: 15 * CENT } })
    bench.clock.nowMs = UNTIL_MS - 1
    expect(await reserve('b', 2)).toMatchObject({ status: 'ok', granted: cents(2) })
    bench.clock.nowMs = UNTIL_MS
    expect(await shortfallOf(reserve('c', 1))).toMatchObject({ limit: 10 * CENT, remaining: -4 * CENT })
    await bench.release('a')
    expect(await reserve('c', 8)).toMatchObject({
      status: 'ok',
      tightest: { limit: 10 * CENT, remaining: 0 },
    })
  },

  async 'leaves whole what was admitted under it'(bench, expect) {
    await provisionRaised(bench)
    await bench.reserve({ id: 'a', path, min: cents(15), want: cents(15) })
    bench.clock.nowMs = UNTIL_MS
    expect(await bench.reserve({ id: 'a', path, min: cents(15), want: cents(15) })).toMatchObject({
      repeat: true,
      granted: cents(15),
    })
    const held = { min: cents(15), want: cents(15), ttlMs: 86_400_000 }
    expect(await bench.extend({ id: 'a', ...held })).toEqual({ status: 'open', granted: cents(15) })
    expect(await bench.settle('a', cents(15))).toEqual({ status: 'settled', overdraft: false })
    expect(await bench.budget('key:k1', 'usd-day')).toEqual([15 * CENT, 0, 0, -5 * CENT])
  },

  async 'lets a reservation grow into it, and not after its end'(bench, expect) {
    await provisionRaised(bench)
    await bench.reserve({ id: 'a', path, ttlMs: 86_400_000 })
    const grow = (count: number) => bench.extend({ id: 'a', min: cents(count), want: cents(count) })
    expect(await grow(13)).toEqual({ status: 'open', granted: cents(13) })
    bench.clock.nowMs = UNTIL_MS
    expect(await shortfallOf(grow(14))).toMatchObject({ limit: 10 * CENT, reserved: 13 * CENT })
  },

  async 'is part of the limit wherever that is said, as long as it lasts'(bench, expect) {
    await provisionRaised(bench)
    await bench.reserve({ id: 'a', path })
    const said = async () => {
      const [state] = await bench.ledger.read(ORG, path)
      const { limit, remaining } = state!.budgets[0]!
      return [limit, remaining, bench.ledger.smallestLimits(ORG, path).usd]
    }
    expect(await said()).toEqual([15 * CENT, 5 * CENT, 15 * CENT])
    bench.clock.nowMs = UNTIL_MS
    expect(await said()).toEqual([10 * CENT, 0, 10 * CENT])
  },

  async 'outlives its window when that ends first, and is replaced like a limit'(bench, expect) {
    await provisionRaised(bench, { amount: 5 * CENT, untilMs: START_MS + 13 * HOUR_MS })
    bench.clock.nowMs += 12 * HOUR_MS
    expect(await bench.budget('key:k1', 'usd-day')).toEqual([0, 0, 0, 15 * CENT])
    const longer = { amount: 5 * CENT, untilMs: START_MS + 24 * HOUR_MS }
    expect(await provisionRaised(bench, longer)).toEqual({ status: 'ok' })
    expect(await provisionRaised(bench, { ...longer })).toEqual({ status: 'unchanged' })
    bench.clock.nowMs += 2 * HOUR_MS
    expect(await bench.budget('key:k1', 'usd-day')).toEqual([0, 0, 0, 15 * CENT])
    await bench.provision('key:k1', { limit_usd: '0.10', period: 'daily' })
    expect(await bench.budget('key:k1', 'usd-day')).toEqual([0, 0, 0, 10 * CENT])
  },

  async 'is given to a budget and taken from it, whatever its limit is meanwhile'(bench, expect) {
    const { ledger } = bench
    const raise = { amount: 5 * CENT, untilMs: UNTIL_MS }
    const command = { org: ORG, account: 'key:k1', budget: 'usd-day' } as const
    expect(await ledger.raise({ ...command, raise })).toEqual({ status: 'no_account' })
    await bench.provision('key:k1', { limit_usd: '0.10', period: 'daily' })
    expect(await ledger.raise({ ...command, budget: 'usd-week', raise })).toEqual({ status: 'no_budget' })
    expect(await ledger.raise({ ...command, raise })).toEqual({ status: 'ok' })
    expect(await ledger.raise({ ...command, raise: { ...raise } })).toEqual({ status: 'unchanged' })
    const daily = budgetFrom({ limit_usd: '0.10', period: 'daily' })
    expect(await ledger.budgetsOf(ORG, ['key:k1', 'key:k2'])).toEqual([[{ ...daily, raise }], undefined])
    expect(await bench.budget('key:k1', 'usd-day')).toEqual([0, 0, 0, 15 * CENT])
    expect(await ledger.raise(command)).toEqual({ status: 'ok' })
    expect(await bench.budget('key:k1', 'usd-day')).toEqual([0, 0, 0, 10 * CENT])
    expect(await ledger.raise(command)).toEqual({ status: 'unchanged' })
    expect(await ledger.budgetsOf(ORG, ['key:k1'])).toEqual([[daily]])
  },

  async 'takes nothing back that was spent under it when it is taken away'(bench, expect) {
    await provisionRaised(bench)
    await bench.reserve({ id: 'a', path, min: cents(14), want: cents(14) })
    await bench.settle('a', cents(14))
    await bench.ledger.raise({ org: ORG, account: 'key:k1', budget: 'usd-day' })
    expect(await bench.budget('key:k1', 'usd-day')).toEqual([14 * CENT, 0, 0, -4 * CENT])
    expect(await shortfallOf(bench.reserve({ id: 'b', path, min: cents(1), want: cents(1) }))).toMatchObject({
      reason: 'exceeded',
      limit: 10 * CENT,
    })
  },

  async 'leaves an account that nobody provisioned to follow its defaults'(bench, expect) {
    const it = await bench.another({ budgets: [{ per: 'user', limit_usd: '0.10', period: 'daily' }] })
    await it.provision('org:acme')
    const mine = { path: ['org:acme', 'user:ada'], min: cents(10), want: cents(10) } as const
    await it.reserve({ id: 'a', ...mine })
    const raise = { amount: 5 * CENT, untilMs: UNTIL_MS }
    const command = { org: ORG, account: 'user:ada', budget: 'usd-day' } as const
    expect(await it.ledger.raise({ ...command, raise })).toEqual({ status: 'ok' })
    expect(await it.reserve({ id: 'b', ...mine, min: cents(5), want: cents(5) })).toMatchObject({
      status: 'ok',
    })
    expect(await it.ledger.budgetsOf(ORG, ['user:ada'])).toMatchObject([[{ limit: 10 * CENT, raise }]])
    expect(await it.ledger.raise({ ...command, raise })).toEqual({ status: 'unchanged' })
    it.clock.nowMs = UNTIL_MS
    expect(await shortfallOf(it.reserve({ id: 'c', ...mine }))).toMatchObject({ limit: 10 * CENT })
  },

  async 'is there again when the books are opened again'(bench, expect) {
    if (!bench.reopen) return
    await provisionRaised(bench)
    const ledger = await bench.reopen()
    expect(await ledger.read(ORG, path)).toMatchObject([{ budgets: [{ limit: 15 * CENT }] }])
  },

  async 'is refused when it is none'(bench, expect) {
    const wrong: Raise[] = [
      { amount: -1, untilMs: UNTIL_MS },
      { amount: 0.5, untilMs: UNTIL_MS },
      { amount: 2 ** 52, untilMs: UNTIL_MS },
      { amount: 1, untilMs: Infinity },
      { amount: 1, untilMs: -1 },
    ]
    for (const raise of wrong) {
      const error = await provisionRaised(bench, raise).catch((thrown: unknown) => thrown)
      expect([JSON.stringify(raise), error instanceof RangeError]).toEqual([JSON.stringify(raise), true])
    }
    expect(await bench.ledger.accounts()).toEqual([])
  },
}
