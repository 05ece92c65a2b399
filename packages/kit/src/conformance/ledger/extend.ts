import { CENT, cents, provisionPath, type Section, shortfallOf, TTL_MS } from './bench.ts'

export const EXTEND: Section = {
  async 'raises an open reservation to new totals'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a' })
    const reply = await bench.extend({ id: 'a', min: cents(20), want: cents(30) })
    expect(reply).toEqual({ status: 'open', granted: cents(30) })
    expect(await bench.total('org:acme')).toEqual([0, 30 * CENT, 0])
  },

  async 'changes nothing when repeated, or when told less than is held'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a', want: cents(50) })
    const more = { id: 'a', min: cents(60), want: cents(70), consumed: cents(20) }
    expect(await bench.extend(more)).toEqual({ status: 'open', granted: cents(70) })
    expect(await bench.extend(more)).toEqual({ status: 'open', granted: cents(70) })
    expect(await bench.extend({ id: 'a', want: cents(10), consumed: cents(5) })).toEqual({
      status: 'open',
      granted: cents(70),
    })
    expect(await bench.total('key:k1')).toEqual([20 * CENT, 50 * CENT, 0])
  },

  async 'grants what is left between the two totals'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a' })
    await bench.reserve({ id: 'b', min: cents(50), want: cents(50) })
    expect(await bench.extend({ id: 'a', min: cents(20), want: cents(90) })).toEqual({
      status: 'open',
      granted: cents(50),
    })
  },

  async 'leaves a denied reservation as it was, except for what was consumed and the deadline'(
    bench,
    expect,
  ) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a', min: cents(40), want: cents(40) })
    await bench.reserve({ id: 'b', min: cents(50), want: cents(50) })
    bench.clock.nowMs += TTL_MS - 1
    const shortfall = await shortfallOf(
      bench.extend({ id: 'a', min: cents(60), want: cents(60), consumed: cents(30) }),
    )
    expect(shortfall).toMatchObject({ account: 'key:k1', reason: 'reserved', remaining: 10 * CENT })
    bench.clock.nowMs += 1
    expect((await bench.ledger.expire()).map(({ id }) => id)).toEqual(['b'])
    expect(await bench.total('org:acme')).toEqual([80 * CENT, 10 * CENT, 50 * CENT])
  },

  async 'counts what is consumed as spent, up to what is held'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a', min: cents(40), want: cents(40) })
    await bench.extend({ id: 'a', consumed: cents(90) })
    expect(await bench.total('team:search')).toEqual([40 * CENT, 0, 0])
    expect(await bench.settle('a', cents(90))).toEqual({ status: 'settled', overdraft: true })
    expect(await bench.total('team:search')).toEqual([90 * CENT, 0, 0])
  },

  async 'never gives back what was consumed'(bench, expect) {
    await provisionPath(bench)
    for (const id of ['a', 'b']) {
      await bench.reserve({ id, min: cents(40), want: cents(40) })
      await bench.extend({ id, consumed: cents(30) })
    }
    await bench.settle('a', cents(10))
    await bench.release('b')
    expect(await bench.total('key:k1')).toEqual([60 * CENT, 0, 0])
  },

  async 'revives an expired reservation'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a', min: cents(40), want: cents(40) })
    await bench.extend({ id: 'a', consumed: cents(10) })
    bench.clock.nowMs += TTL_MS
    await bench.ledger.expire()
    expect(await bench.total('key:k1')).toEqual([40 * CENT, 0, 30 * CENT])
    expect(await bench.extend({ id: 'a', min: cents(50), want: cents(50) })).toEqual({
      status: 'revived',
      granted: cents(50),
    })
    expect(await bench.total('key:k1')).toEqual([10 * CENT, 40 * CENT, 0])
  },

  async 'knows nothing of an unknown id, and leaves a closed one alone'(bench, expect) {
    await provisionPath(bench)
    expect(await bench.extend({ id: 'a', min: cents(1), want: cents(1) })).toEqual({ status: 'unknown' })
    await bench.reserve({ id: 'b' })
    await bench.settle('b', cents(3))
    expect(await bench.extend({ id: 'b', min: cents(20), want: cents(20) })).toEqual({ status: 'finished' })
    expect(await bench.total('key:k1')).toEqual([3 * CENT, 0, 0])
  },

  async 'raises nothing in a window that has ended'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a', ttlMs: 86_400_000 })
    bench.clock.nowMs += 12 * 3_600_000
    const shortfall = await shortfallOf(bench.extend({ id: 'a', min: cents(20), want: cents(20) }))
    expect(shortfall).toMatchObject({ account: 'key:k1', reason: 'reserved', resetAtMs: bench.clock.nowMs })
    expect(await bench.extend({ id: 'a', want: cents(20), consumed: cents(10) })).toEqual({
      status: 'open',
      granted: cents(10),
    })
    expect(await bench.reserve({ id: 'b', min: cents(20), want: cents(20) })).toMatchObject({ status: 'ok' })
  },

  async 'knows what was spent in it as long as one of its reservations is open, and be it one that holds nothing'(
    bench,
    expect,
  ) {
    await bench.provision('key:k1', { limit_usd: '1.00', period: 'hourly' })
    const path = ['key:k1'] as const
    await bench.reserve({ id: 'a', path, ttlMs: 86_400_000 })
    await bench.extend({ id: 'a', consumed: cents(10), ttlMs: 86_400_000 })
    await bench.reserve({ id: 'b', path })
    await bench.settle('b', cents(9))
    for (const id of ['c', 'd', 'e']) {
      bench.clock.nowMs += 3_600_000
      await bench.reserve({ id, path })
      await bench.release(id)
    }
    const shortfall = await shortfallOf(bench.extend({ id: 'a', min: cents(20), want: cents(20) }))
    expect(shortfall).toMatchObject({ reason: 'reserved', spent: 19 * CENT, remaining: 81 * CENT })
  },
}
