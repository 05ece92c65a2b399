import type { Budget, Ledger } from '@tollgate/kit/ledger'
import { redisLedger } from '@tollgate/kit/ledger/redis'
import { afterEach, describe, expect, it } from 'vitest'
import { redisServer, until } from '../support/redis.ts'
import { cents, KEY, ORG, openBooks, reserving, standing } from '../support/redis-books.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** After which it is asked whether the server is another, and how long the books are closed then. */
const LOOK_MS = 1000
const CLOSED_MS = 2500

const cap = (limit: number, more: Partial<Budget> = {}): Budget => ({
  id: 'cap',
  metric: 'usd',
  window: 'day',
  timeZone: 'UTC',
  limit: cents(limit).usd,
  mode: 'hard',
  ...more,
})

/** Two processes and one server that loses, when it crashes, what it had not saved; on a clock that only the test moves. */
async function twoOnOne() {
  const clock = { nowMs: Date.UTC(2026, 10, 18, 12), now: () => clock.nowMs }
  const server = await redisServer()
  cleanups.push(() => server.stop())
  const options = { deadlineMs: 20_000, clock }
  const a = await openBooks(server.url, options)
  const b = redisLedger(server.url, options)
  cleanups.push(a.close, b.close)
  for (const ledger of [a, b]) {
    await ledger.reserve(reserving('w', 1))
    await ledger.release(ORG, 'w')
  }
  return {
    clock,
    a,
    b,
    server,
    save: () => server.call('save'),
    async crash() {
      await server.restart()
      for (const ledger of [a, b]) await until('it is connected again', () => standing(ledger))
      clock.nowMs += 2 * LOOK_MS
    },
  }
}

const provision = (ledger: Ledger, ...budgets: readonly Budget[]) => ledger.provision(ORG, KEY, budgets)
const beat = (ledger: Ledger) => ledger.heartbeat(ORG, [], 60_000)
const limitOf = async (ledger: Ledger) => (await ledger.read(ORG, [KEY]))[0]!.budgets[0]!.limit / cents(1).usd

describe('a decision that a fail-over has lost', () => {
  it('is told again by who was acknowledged: limits, raises and corrections, once', async () => {
    const { clock, a, save, crash } = await twoOnOne()
    await save()
    await provision(a, cap(80, { raise: { amount: cents(5).usd, untilMs: clock.nowMs + 3_600_000 } }))
    const correction = {
      org: ORG,
      id: 'invoice',
      account: KEY,
      delta: cents(30).usd,
      reason: 'invoice',
    } as const
    await a.adjust({ ...correction, budget: 'cap' })
    for (let times = 0; times < 2; times++) {
      await crash()
      await beat(a)
      clock.nowMs += CLOSED_MS
    }
    const [state] = await a.read(ORG, [KEY])
    expect(state!.budgets).toMatchObject([{ limit: cents(85).usd, spent: cents(30).usd }])
    expect(await a.adjust({ ...correction, budget: 'cap' })).toEqual({ status: 'repeat' })
    expect(await a.reserve(reserving('x', 56))).toMatchObject({ status: 'denied' })
    expect(await a.reserve(reserving('x', 55))).toMatchObject({ status: 'ok' })
  })

  it('is told again by a process that has done nothing else, when it looks after what is overdue', async () => {
    const { clock, a, save, crash } = await twoOnOne()
    await save()
    clock.nowMs += 4 * 60_000
    await a.reserve(reserving('x', 1))
    await a.release(ORG, 'x')
    await save()
    // By now it has forgotten what it ended.
    clock.nowMs += 6 * 60_000
    await provision(a, cap(80))
    await crash()
    await a.expire()
    expect(await limitOf(a)).toBe(80)
  })

  it('does not undo what others have decided since, be that lost as well', async () => {
    const { a, b, save, crash } = await twoOnOne()
    await provision(a, cap(80))
    await provision(b, cap(120))
    await save()
    await crash()
    for (const ledger of [a, b]) await beat(ledger)
    expect(await limitOf(a)).toBe(120)
    await provision(a, cap(70))
    await provision(b, cap(90))
    await crash()
    for (const ledger of [b, a]) await beat(ledger)
    expect(await limitOf(a)).toBe(90)
    await provision(b, cap(60))
    for (const ledger of [b, a]) await beat(ledger)
    expect(await limitOf(a)).toBe(60)
  })

  it('is told in the order in which it came, before what counts under it', async () => {
    const { clock, a, save, crash } = await twoOnOne()
    await a.reserve(reserving('held', 10))
    await save()
    await provision(a, cap(80, { id: 'tokens', metric: 'tokens', window: 'total' }))
    await provision(a, cap(80, { id: 'weekly', window: 'week' }))
    await a.reserve(reserving('new', 20))
    await crash()
    await beat(a)
    clock.nowMs += CLOSED_MS
    const [state] = await a.read(ORG, [KEY])
    expect(state!.budgets).toMatchObject([
      { budget: 'weekly', limit: cents(80).usd, reserved: cents(20).usd },
    ])
    for (const id of ['held', 'new']) await a.settle({ org: ORG, id, actual: cents(5), basis: 'exact' })
    expect(await standing(a)).toEqual([10, 0, 0])
  })

  it('makes an account again that it had made, and none that was there before', async () => {
    const { clock, a, b, server } = await twoOnOne()
    await beat(b)
    await provision(b, cap(80))
    await b.provision(ORG, 'key:new', [cap(70)])
    await server.call('del', `tg:1:{${ORG}}:known`, `tg:1:{${ORG}}:a:${KEY}`, `tg:1:{${ORG}}:a:key:new`)
    await server.call('hset', `tg:1:{${ORG}}:meta`, 'rid', 'another')
    clock.nowMs += 2 * LOOK_MS
    await beat(b)
    const states = await a.read(ORG, [KEY, 'key:new'])
    expect(states.map(({ budgets }) => budgets.map(({ limit }) => limit / cents(1).usd))).toEqual([[], [70]])
  })
})
