import { amounts, CENT, cents, provisionPath, type Section, TTL_MS } from './bench.ts'

const settled = { status: 'settled', overdraft: false }
const repeat = { status: 'repeat', overdraft: false }
const late = { status: 'late', overdraft: false }

export const SETTLE: Section = {
  async 'turns what was reserved into what it cost'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a', min: cents(10), want: cents(30) })
    expect(await bench.settle('a', amounts(12_345_678))).toEqual(settled)
    expect(await bench.total('org:acme')).toEqual([12_345_678, 0, 0])
    expect(await bench.budget('key:k1', 'usd-day')).toEqual([12_345_678, 0, 0, 100 * CENT - 12_345_678])
  },

  async 'changes nothing when repeated'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a' })
    await bench.settle('a', cents(7))
    expect(await bench.settle('a', cents(7))).toEqual(repeat)
    expect(await bench.total('org:acme')).toEqual([7 * CENT, 0, 0])
  },

  async 'books a cost beyond the reservation, and beyond the limit, in full'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a' })
    expect(await bench.settle('a', cents(150))).toEqual({ status: 'settled', overdraft: true })
    expect(await bench.settle('a', cents(150))).toEqual({ status: 'repeat', overdraft: true })
    expect(await bench.budget('key:k1', 'usd-day')).toEqual([150 * CENT, 0, 0, -50 * CENT])
  },

  async 'refuses another exact amount'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a' })
    await bench.settle('a', cents(7))
    expect(await bench.settle('a', cents(8))).toEqual({ status: 'conflict' })
    expect(await bench.total('org:acme')).toEqual([7 * CENT, 0, 0])
  },

  async 'replaces an estimate by the exact amount, lower or higher'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a' })
    await bench.reserve({ id: 'b' })
    for (const id of ['a', 'b']) await bench.settle(id, cents(5), 'estimated')
    expect(await bench.settle('a', cents(2))).toEqual(settled)
    expect(await bench.settle('b', cents(12))).toEqual({ status: 'settled', overdraft: true })
    expect(await bench.total('org:acme')).toEqual([14 * CENT, 0, 0])
  },

  async 'keeps the exact amount against any later estimate'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a' })
    await bench.settle('a', cents(5), 'exact')
    expect(await bench.settle('a', cents(5), 'estimated')).toEqual(repeat)
    expect(await bench.settle('a', cents(9), 'estimated')).toEqual(repeat)
    expect(await bench.total('org:acme')).toEqual([5 * CENT, 0, 0])
  },

  async 'lets a higher estimate replace a lower one, and not the other way round'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a' })
    await bench.settle('a', cents(5), 'estimated')
    expect(await bench.settle('a', cents(8), 'estimated')).toEqual(settled)
    expect(await bench.settle('a', cents(5), 'estimated')).toEqual(repeat)
    expect(await bench.total('org:acme')).toEqual([8 * CENT, 0, 0])
  },

  async 'corrects the charge of an expired reservation'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a', min: cents(40), want: cents(40) })
    bench.clock.nowMs += TTL_MS
    await bench.ledger.expire()
    expect(await bench.settle('a', cents(15))).toEqual(late)
    expect(await bench.settle('a', cents(15))).toEqual(repeat)
    expect(await bench.budget('key:k1', 'usd-day')).toEqual([15 * CENT, 0, 0, 85 * CENT])
    expect(await bench.ledger.expired()).toEqual([])
  },

  async 'books work that was done after a release'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a' })
    await bench.release('a')
    expect(await bench.settle('a', cents(4))).toEqual(late)
    expect(await bench.total('org:acme')).toEqual([4 * CENT, 0, 0])
  },

  async 'keeps what belongs to no reservation for an operator'(bench, expect) {
    await provisionPath(bench)
    expect(await bench.settle('never-seen', cents(4))).toEqual({ status: 'unbooked' })
    expect(await bench.settle('never-seen', cents(4))).toEqual({ status: 'unbooked' })
    await bench.release('only-released')
    expect(await bench.settle('only-released', cents(4))).toEqual({ status: 'unbooked' })
    expect(await bench.total('org:acme')).toEqual([0, 0, 0])
  },

  async 'refuses amounts that are no amounts before anything is queued'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a' })
    for (const usd of [-1, 0.5, 2 ** 50 + 1, Number.NaN, Infinity, '1' as unknown as number]) {
      const error = await bench.settle('a', amounts(usd)).catch((thrown: unknown) => thrown)
      expect(error instanceof RangeError).toEqual(true)
    }
    expect(await bench.total('org:acme')).toEqual([0, 10 * CENT, 0])
  },
}

export const RELEASE: Section = {
  async 'gives back what was reserved'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a' })
    expect(await bench.release('a')).toEqual({ status: 'released' })
    expect(await bench.release('a')).toEqual({ status: 'repeat' })
    for (const account of ['org:acme', 'team:search', 'key:k1'] as const) {
      expect(await bench.total(account)).toEqual([0, 0, 0])
    }
  },

  async 'keeps a reserve that is still on its way from coming to life'(bench, expect) {
    await provisionPath(bench)
    expect(await bench.release('a')).toEqual({ status: 'tombstoned' })
    expect(await bench.release('a')).toEqual({ status: 'repeat' })
    expect(await bench.reserve({ id: 'a' })).toEqual({ status: 'finished' })
    expect(await bench.total('org:acme')).toEqual([0, 0, 0])
  },

  async 'does not undo a settle'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a' })
    await bench.settle('a', cents(3))
    expect(await bench.release('a')).toEqual({ status: 'conflict' })
    expect(await bench.total('org:acme')).toEqual([3 * CENT, 0, 0])
  },

  async 'is legal on an expired reservation'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'a' })
    bench.clock.nowMs += TTL_MS
    await bench.ledger.expire()
    expect(await bench.release('a')).toEqual({ status: 'released' })
    expect(await bench.total('org:acme')).toEqual([0, 0, 0])
    expect(await bench.ledger.expired()).toEqual([])
  },

  async 'leaves a tombstone for twice the ttl, ten minutes at least'(bench, expect) {
    await provisionPath(bench)
    await bench.reserve({ id: 'short' })
    await bench.reserve({ id: 'long', ttlMs: 20 * 60_000 })
    for (const id of ['short', 'long']) await bench.settle(id, cents(1))
    bench.clock.nowMs += 10 * 60_000 - 1
    await bench.ledger.expire()
    expect(await bench.settle('short', cents(1))).toEqual(repeat)
    bench.clock.nowMs += 1
    await bench.ledger.expire()
    expect(await bench.settle('short', cents(1))).toEqual({ status: 'unbooked' })
    expect(await bench.settle('long', cents(1))).toEqual(repeat)
    expect(await bench.total('org:acme')).toEqual([2 * CENT, 0, 0])
  },
}
