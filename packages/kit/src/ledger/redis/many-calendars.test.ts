import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { type RedisServer, redisServer } from '../../../../../test/support/redis.ts'
import { nanoUsd } from '../../core/money.ts'
import type { AccountId, Budget, Ledger } from '../ledger.ts'
import { initRedisLedger } from './init.ts'
import { redisLedger } from './redis-ledger.ts'

const ORG: AccountId = 'org:acme'
/** The last day of a month, at noon in UTC. */
const NOON_MS = Date.UTC(2026, 10, 30, 12)
const DAY_MS = 86_400_000

let redis: RedisServer
let ledger: Ledger
let nowMs: number
let tests = 0
beforeAll(async () => {
  redis = await redisServer()
})
afterAll(() => redis.stop())
beforeEach(async () => {
  const prefix = `t${++tests}`
  nowMs = NOON_MS
  const clock = { now: () => nowMs }
  await initRedisLedger(redis.url, { orgs: ['acme'], prefix, clock })
  ledger = redisLedger(redis.url, { prefix, clock, deadlineMs: 20_000 })
  onTestFinished(() => ledger.close())
})

const budget = (id: string, more: Partial<Budget> = {}): Budget => ({
  id,
  metric: 'usd',
  window: 'month',
  timeZone: 'UTC',
  limit: 100,
  mode: 'hard',
  ...more,
})
const amounts = (usd: number) => ({ usd: nanoUsd(usd), tokens: 0, requests: 1 })
const reserve = (id: string, usd: number, path: readonly AccountId[] = [ORG]) =>
  ledger.reserve({
    org: 'acme',
    id,
    path,
    min: amounts(usd),
    want: amounts(usd),
    bound: 'proven',
    ttlMs: 60_000,
    owner: 'p',
    memo: { requestId: id, model: 'm', priceVersion: 'v' },
  })
const settle = (id: string, usd: number) =>
  ledger.settle({ org: 'acme', id, actual: amounts(usd), basis: 'exact' })
const standing = async () => (await ledger.read('acme', [ORG]))[0]!
const heirs = async () => String((await redis.call('hget', `t${tests}:1:{acme}:a:${ORG}`, 'heirs')) ?? '')

/** Budgets by the month, of which no two end at the same time. */
const onCalendars = (count: number, first = 0) =>
  Array.from({ length: count }, (_, at) => {
    const number = first + at
    const timeZone = `Etc/GMT+${Math.floor(number / 28)}`
    return budget(`b${number}`, { timeZone, anchorDay: 1 + (number % 28) })
  })

describe('a budget that is replaced again and again', () => {
  it('is counted by every one of them, and by those who reserved before any', async () => {
    await ledger.provision('acme', ORG, [budget('b0')])
    await reserve('a', 50)
    for (let count = 1; count <= 220; count++) await ledger.provision('acme', ORG, [budget(`b${count}`)])
    expect(await reserve('b', 51)).toMatchObject({ status: 'denied' })
    expect(await settle('a', 30)).toMatchObject({ status: 'settled' })
    expect(await standing()).toMatchObject({
      spent: 30,
      budgets: [{ budget: 'b220', spent: 30, reserved: 0 }],
    })
    expect(await reserve('b', 70)).toMatchObject({ status: 'ok' })
  })

  it('forgets whose place it took when the window has ended, and nobody holds anything in it', async () => {
    await ledger.provision('acme', ORG, [budget('b0')])
    await reserve('a', 50)
    await ledger.provision('acme', ORG, [budget('b1')])
    nowMs += DAY_MS
    await ledger.provision('acme', ORG, [budget('b2')])
    expect(await heirs()).toContain('1:2026-11')
    expect(await settle('a', 30)).toMatchObject({ status: 'settled' })
    await reserve('b', 10)
    await ledger.provision('acme', ORG, [budget('b3')])
    expect(await heirs()).not.toContain('2026-11')
    expect(await settle('b', 5)).toMatchObject({ status: 'settled' })
    expect(await standing()).toMatchObject({ spent: 35, budgets: [{ budget: 'b3', spent: 5, reserved: 0 }] })
  })

  it('is settled also where more calendars took over from its own than a script has places for', async () => {
    const path = [ORG, 'team:t', 'key:k'] as const
    for (const [at, account] of path.entries())
      await ledger.provision('acme', account, onCalendars(26, 26 * at))
    await reserve('a', 50, path)
    for (const [at, account] of path.entries())
      await ledger.provision('acme', account, onCalendars(50, 100 + 50 * at))
    expect(await settle('a', 30)).toMatchObject({ status: 'settled' })
    expect(await standing()).toMatchObject({ spent: 30, reserved: 0 })
  })
})

describe('more calendars than a script tells apart', () => {
  it('are refused at the door, and as many as there may be are kept apart', async () => {
    expect(await ledger.provision('acme', ORG, onCalendars(79))).toEqual({ status: 'ok' })
    expect([await reserve('a', 60), await reserve('b', 60)]).toMatchObject([
      { status: 'ok' },
      { status: 'denied' },
    ])
    await expect(ledger.provision('acme', 'team:t', onCalendars(80))).rejects.toThrow(
      'count on 80 calendars: 79 at most',
    )
  })

  it('are refused on a path, and may be read', async () => {
    await ledger.provision('acme', ORG, onCalendars(60))
    await ledger.provision('acme', 'team:t', onCalendars(60, 60))
    await expect(reserve('a', 1, [ORG, 'team:t'])).rejects.toThrow('count on 120 calendars: 79 at most')
    const read = await ledger.read('acme', [ORG, 'team:t'])
    expect(read.map(({ budgets }) => budgets.length)).toEqual([60, 60])
  })
})
