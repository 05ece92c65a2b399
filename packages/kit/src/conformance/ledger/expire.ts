import { amounts, CENT, cents, ORG, PATH, provisionPath, type Section, TTL_MS } from './bench.ts'

const WEEK_MS = 7 * 86_400_000

export const HEARTBEAT: Section = {
  async 'moves the deadline on'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a' })
    bench.clock.nowMs += TTL_MS - 1
    const beat = [{ id: 'a', observed: cents(2) }]
    expect(await bench.ledger.heartbeat(ORG, beat, TTL_MS)).toEqual({ notOpen: [], revived: [] })
    bench.clock.nowMs += TTL_MS - 1
    expect(await bench.ledger.expire()).toEqual([])
    bench.clock.nowMs += 1
    expect(await bench.ledger.expire()).toMatchObject([{ id: 'a', observed: cents(2) }])
  },

  async 'revives what has expired, and names what has ended'(bench, expect) {
    await provisionPath(bench)
    for (const id of ['a', 'b', 'c']) await bench.reserve({ id })
    await bench.settle('b', cents(1))
    await bench.release('c')
    bench.clock.nowMs += TTL_MS
    await bench.ledger.expire()
    const beats = ['a', 'b', 'c', 'd'].map((id) => ({ id, observed: cents(5) }))
    expect(await bench.ledger.heartbeat(ORG, beats, TTL_MS)).toEqual({
      notOpen: ['b', 'c', 'd'],
      revived: ['a'],
    })
    expect(await bench.total('org:acme')).toEqual([1 * CENT, 10 * CENT, 0])
  },

  async 'forgets nothing that it has seen'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a' })
    await bench.ledger.heartbeat(ORG, [{ id: 'a', observed: amounts(5, 9) }], TTL_MS)
    await bench.ledger.heartbeat(ORG, [{ id: 'a', observed: amounts(3, 11) }], TTL_MS)
    bench.clock.nowMs += TTL_MS
    expect(await bench.ledger.expire()).toMatchObject([{ observed: amounts(5, 11) }])
  },
}

export const EXPIRE: Section = {
  async 'charges in full what is past its deadline, unconfirmed'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a', min: cents(40), want: cents(40) })
    bench.clock.nowMs += TTL_MS - 1
    expect(await bench.ledger.expire()).toEqual([])
    bench.clock.nowMs += 1
    expect(await bench.ledger.expire()).toEqual([
      {
        org: ORG,
        id: 'a',
        owner: 'instance-1/boot-1',
        path: PATH,
        memo: { requestId: 'req_1', model: 'gpt-4o-mini', priceVersion: 'v1' },
        reserved: cents(40),
        charged: cents(40),
        observed: cents(0),
        reservedAtMs: bench.clock.nowMs - TTL_MS,
        expiredAtMs: bench.clock.nowMs,
      },
    ])
    expect(await bench.ledger.expire()).toEqual([])
    expect(await bench.total('org:acme')).toEqual([40 * CENT, 0, 40 * CENT])
    expect(await bench.budget('key:k1', 'usd-day')).toEqual([40 * CENT, 0, 40 * CENT, 60 * CENT])
  },

  async 'takes the longest overdue first, no more than it is told'(bench, expect) {
    await provisionPath(bench)
    for (const [at, id] of ['a', 'b', 'c'].entries()) {
      await bench.reserve({ id, min: cents(1), want: cents(1), ttlMs: 1000 * (3 - at) })
    }
    bench.clock.nowMs += 3000
    expect((await bench.ledger.expire(2)).map(({ id }) => id)).toEqual(['c', 'b'])
    expect((await bench.ledger.expire(2)).map(({ id }) => id)).toEqual(['a'])
  },

  async 'lists what nobody has confirmed, by owner and by time'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a', owner: 'one', ttlMs: 1000 })
    await bench.reserve({ id: 'b', owner: 'two', ttlMs: 2000 })
    bench.clock.nowMs += 1000
    await bench.ledger.expire()
    bench.clock.nowMs += 1000
    await bench.ledger.expire()
    const ids = async (filter?: object) => (await bench.ledger.expired(filter)).map(({ id }) => id)
    expect(await ids()).toEqual(['a', 'b'])
    expect(await ids({ owner: 'two' })).toEqual(['b'])
    expect(await ids({ sinceMs: bench.clock.nowMs })).toEqual(['b'])
    expect(await ids({ owner: 'one', sinceMs: bench.clock.nowMs })).toEqual([])
  },

  async 'settles what expired at what was last seen, never above what was reserved'(bench, expect) {
    await provisionPath(bench)
    for (const id of ['a', 'b']) await bench.reserve({ id, min: cents(40), want: cents(40) })
    const beats = [
      { id: 'a', observed: cents(15) },
      { id: 'b', observed: cents(90) },
    ]
    await bench.ledger.heartbeat(ORG, beats, TTL_MS)
    bench.clock.nowMs += TTL_MS
    await bench.ledger.expire()
    expect(await bench.ledger.settleExpired('observed')).toMatchObject({
      settled: [
        { id: 'a', reserved: cents(40), charged: cents(15) },
        { id: 'b', reserved: cents(40), charged: cents(40) },
      ],
      before: 80 * CENT,
      after: 55 * CENT,
    })
    expect(await bench.ledger.settleExpired('observed')).toEqual({ settled: [], before: 0, after: 0 })
    expect(await bench.total('org:acme')).toEqual([55 * CENT, 0, 0])
  },

  async 'settles what expired at zero, except for what was consumed, and only the owner asked for'(
    bench,
    expect,
  ) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a', min: cents(40), want: cents(40), owner: 'one' })
    await bench.reserve({ id: 'b', min: cents(40), want: cents(40), owner: 'two' })
    await bench.extend({ id: 'a', consumed: cents(3) })
    bench.clock.nowMs += TTL_MS
    await bench.ledger.expire()
    const [expired] = await bench.ledger.expired({ owner: 'one' })
    expect(await bench.ledger.settleExpired('zero', { owner: 'one' })).toEqual({
      settled: [{ ...expired, charged: cents(3) }],
      before: 40 * CENT,
      after: 3 * CENT,
    })
    expect(await bench.total('org:acme')).toEqual([43 * CENT, 0, 40 * CENT])
  },

  async 'settles at what was consumed where less was seen'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a', min: cents(40), want: cents(40) })
    await bench.extend({ id: 'a', consumed: cents(7) })
    await bench.ledger.heartbeat(ORG, [{ id: 'a', observed: cents(2) }], TTL_MS)
    bench.clock.nowMs += TTL_MS
    await bench.ledger.expire()
    expect(await bench.ledger.settleExpired('observed')).toMatchObject({ settled: [{ charged: cents(7) }] })
    expect(await bench.total('org:acme')).toEqual([7 * CENT, 0, 0])
  },

  async 'lets the owner’s own truth correct an operator’s decision'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a' })
    bench.clock.nowMs += TTL_MS
    await bench.ledger.expire()
    await bench.ledger.settleExpired('zero')
    expect(await bench.settle('a', cents(6))).toEqual({ status: 'settled', overdraft: false })
    expect(await bench.total('org:acme')).toEqual([6 * CENT, 0, 0])
  },

  async 'lets a charge stand that nobody has confirmed for a week'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a' })
    bench.clock.nowMs += TTL_MS
    await bench.ledger.expire()
    bench.clock.nowMs += WEEK_MS - 1
    await bench.ledger.expire()
    expect(await bench.total('org:acme')).toEqual([10 * CENT, 0, 10 * CENT])
    bench.clock.nowMs += 1
    expect(await bench.ledger.expire()).toEqual([])
    expect(await bench.total('org:acme')).toEqual([10 * CENT, 0, 0])
    expect(await bench.ledger.expired()).toEqual([])
  },

  async 'goes by the raw clock, also when it has been set back'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a' })
    bench.clock.nowMs -= 60_000
    await bench.reserve({ id: 'b' })
    expect(await bench.ledger.expire()).toEqual([])
    bench.clock.nowMs += TTL_MS
    expect((await bench.ledger.expire()).map(({ id }) => id)).toEqual(['b'])
  },
}
