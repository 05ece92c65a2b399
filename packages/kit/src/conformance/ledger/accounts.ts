import {
  CENT,
  cents,
  ORG,
  PATH,
  provisionPath,
  type Section,
  START_MS,
  shortfallOf,
  TTL_MS,
} from './bench.ts'

const DAY_MS = 86_400_000

export const READ: Section = {
  async 'says what an account has spent, and where each budget stands'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a' })
    await bench.settle('a', cents(4))
    expect(await bench.ledger.read(ORG, ['key:k1', 'key:nobody'])).toEqual([
      {
        org: ORG,
        account: 'key:k1',
        spent: 4 * CENT,
        reserved: 0,
        unconfirmed: 0,
        budgets: [
          {
            account: 'key:k1',
            budget: 'usd-day',
            metric: 'usd',
            window: 'day',
            limit: 100 * CENT,
            spent: 4 * CENT,
            reserved: 0,
            unconfirmed: 0,
            remaining: 96 * CENT,
            resetAtMs: START_MS + 12 * 3_600_000,
          },
        ],
      },
      { org: ORG, account: 'key:nobody', spent: 0, reserved: 0, unconfirmed: 0, budgets: [] },
    ])
  },

  async 'sees every command that was given before it'(bench, expect) {
    await provisionPath(bench)
    const commands = [bench.reserve({ id: 'a' }), bench.settle('a', cents(4)), bench.total('org:acme')]
    expect((await Promise.all(commands))[2]).toEqual([4 * CENT, 0, 0])
  },

  async 'finds everything again when the books are opened again'(bench, expect) {
    if (!bench.reopen) return
    await provisionPath(bench)
    for (const id of ['a', 'b', 'c']) await bench.reserve({ id })
    await bench.settle('a', cents(4))
    bench.clock.nowMs += TTL_MS - 1
    await bench.ledger.heartbeat(ORG, [{ id: 'b', observed: cents(3) }], TTL_MS)
    bench.clock.nowMs += 1
    await bench.ledger.expire()
    const before = await bench.ledger.accounts()
    const ledger = await bench.reopen()
    expect(await ledger.accounts()).toEqual(before)
    expect((await ledger.expired()).map(({ id }) => id)).toEqual(['c'])
    expect(await ledger.settle({ org: ORG, id: 'a', actual: cents(4), basis: 'exact' })).toMatchObject({
      status: 'repeat',
    })
    expect(await ledger.settle({ org: ORG, id: 'b', actual: cents(5), basis: 'exact' })).toMatchObject({
      status: 'settled',
    })
    expect(await ledger.read(ORG, ['org:acme'])).toMatchObject([{ spent: 19 * CENT, unconfirmed: 10 * CENT }])
  },
}

export const ADJUST: Section = {
  async 'corrects one counter of the current window, once per id'(bench, expect) {
    await provisionPath(bench)
    const adjust = {
      org: ORG,
      id: 'fix-1',
      account: 'key:k1',
      budget: 'usd-day',
      delta: 30 * CENT,
      reason: 'invoice',
    } as const
    expect(await bench.ledger.adjust(adjust)).toEqual({ status: 'ok' })
    expect(await bench.ledger.adjust(adjust)).toEqual({ status: 'repeat' })
    expect(await bench.ledger.adjust({ ...adjust, id: 'fix-2', delta: -10 * CENT })).toEqual({ status: 'ok' })
    expect(await bench.budget('key:k1', 'usd-day')).toEqual([20 * CENT, 0, 0, 80 * CENT])
    expect(await bench.total('key:k1')).toEqual([0, 0, 0])
    expect(await bench.ledger.adjust({ ...adjust, id: 'fix-3', budget: 'total' })).toEqual({ status: 'ok' })
    expect(await bench.total('key:k1')).toEqual([30 * CENT, 0, 0])
  },

  async 'corrects the window in which it was spent, where that is said, and is in no later one'(
    bench,
    expect,
  ) {
    await provisionPath(bench)
    const adjust = { org: ORG, account: 'key:k1', delta: 30 * CENT, reason: 'late' } as const
    const atMs = bench.clock.nowMs
    bench.clock.nowMs += DAY_MS
    expect(await bench.ledger.adjust({ ...adjust, id: 'now', budget: 'usd-day' })).toEqual({ status: 'ok' })
    for (const budget of ['usd-day', 'total']) {
      const late = { ...adjust, id: `late ${budget}`, budget, atMs }
      expect(await bench.ledger.adjust(late)).toEqual({ status: 'ok' })
      expect(await bench.ledger.adjust(late)).toEqual({ status: 'repeat' })
    }
    const ahead = {
      ...adjust,
      id: 'ahead',
      budget: 'usd-day',
      delta: CENT,
      atMs: bench.clock.nowMs + 3 * DAY_MS,
    }
    expect(await bench.ledger.adjust(ahead)).toEqual({ status: 'ok' })
    expect(await bench.budget('key:k1', 'usd-day')).toEqual([31 * CENT, 0, 0, 69 * CENT])
    expect(await bench.total('key:k1')).toEqual([30 * CENT, 0, 0])
  },

  async 'counts against the limit'(bench, expect) {
    await provisionPath(bench)
    const adjust = {
      org: ORG,
      id: 'fix',
      account: 'key:k1',
      budget: 'usd-day',
      delta: 95 * CENT,
      reason: 'invoice',
    } as const
    await bench.ledger.adjust(adjust)
    expect(await shortfallOf(bench.reserve({ id: 'a' }))).toMatchObject({
      reason: 'exceeded',
      spent: 95 * CENT,
    })
  },

  async 'knows only what is in the books'(bench, expect) {
    await provisionPath(bench)
    const adjust = {
      org: ORG,
      id: 'fix',
      account: PATH[2]!,
      budget: 'nothing',
      delta: 1,
      reason: 'invoice',
    } as const
    expect(await bench.ledger.adjust(adjust)).toEqual({ status: 'no_budget' })
    expect(await bench.ledger.adjust({ ...adjust, account: 'key:nobody' })).toEqual({ status: 'no_account' })
  },
}
