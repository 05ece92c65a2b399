import { budgetFrom } from '@tollgate/kit/ledger'
import { gate } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { type FleetOptions, type GatewayFleet, ORG, startFleet } from '../support/fleet-gateways.ts'
import { ACCOUNT, CAP, COST, caller, HELD, openStreams, STILL, usd } from '../support/fleet-streams.ts'
import { faultTable } from '../support/fleet-table.ts'
import { type MachineClock, machineClock, whyNoMachineClock } from '../support/machine-clock.ts'
import { PROVE } from '../support/prove.ts'
import { redisWithAof, until } from '../support/redis.ts'

/** Another hour, another day and another month, whenever the test is run. */
const FAR_MS = 40 * 86_400_000
const GATEWAYS = [0, 1, 2]

const why = whyNoMachineClock()
if (why) console.log(`NOT PROVED: clocks that are stepped: ${why}`)
const tried = faultTable()

/** How long a month has still to go when its last requests are made: long enough for all of them, ms. */
const LAST_MS = 20_000

interface Machines {
  readonly fleet: GatewayFleet
  /** The clock of Redis, and of each gateway: how far each is ahead of the begin of the test, ms. */
  readonly redis: MachineClock
  readonly gateways: readonly MachineClock[]
  /** What time it is where nobody has stepped a clock, ms since 1970. */
  now(): number
  /** What is settled and what is reserved in each window that the account has ever counted in, nano-USD. */
  windows(): Promise<Readonly<Record<string, readonly number[]>>>
}

/**
 * A fleet whose Redis and whose gateways go by clocks of their own; the account may spend $1 a month. They begin in the
 * middle of an hour, a day and a month, whenever the test is run: none of these ends while nobody steps a clock.
 */
async function machines(options: FleetOptions = {}): Promise<Machines> {
  const beginMs = untilMonth(1) + MIDDLE_MS
  const [redis, ...gateways] = Array.from({ length: 4 }, () => {
    const clock = machineClock()
    closeAfter(async () => clock.remove())
    clock.step(beginMs)
    return { ...clock, step: (aheadMs: number) => clock.step(beginMs + aheadMs) }
  })
  const server = await redisWithAof('everysec', { env: redis!.env })
  const fleet = await startFleet({ server, processes: gateways, ...options })
  closeAfter(fleet.close)
  await fleet.withLedger((ledger) =>
    ledger.provision(ORG, ACCOUNT, [budgetFrom({ limit_usd: '1', period: 'monthly' })]),
  )
  return {
    fleet,
    redis: redis!,
    gateways,
    now: () => Date.now() + beginMs,
    async windows() {
      const found = (await server.call('eval', WINDOWS, 1, `tg:1:{${ORG}}:a:${ACCOUNT}`)) as string[][]
      return Object.fromEntries(found.map(([window, ...amounts]) => [window, amounts.map(Number)]))
    },
  }
}

/** The counters of the monthly budget as they lie in Redis, read with no code of the ledger's in between. */
const WINDOWS = `
local found = {}
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  local window = string.match(field, '^1:(.+)')
  if window then
    local settled, reserved = struct.unpack('>dd', redis.call('HGET', KEYS[1], field))
    found[#found + 1] = { window, string.format('%d', settled), string.format('%d', reserved) }
  end
end
return found`

/** One call by each of these gateways, one after the other. */
async function ask(fleet: GatewayFleet, gateways: readonly number[]): Promise<number[]> {
  const statuses: number[] = []
  for (const at of gateways) statuses.push((await fleet.call(at, { caller, cap: CAP })).status)
  return statuses
}

/** Nothing is on its way any more: what the provider has counted is what the windows say. */
async function expectBooked({ fleet, windows }: Machines): Promise<void> {
  const { nanoUsd } = fleet.provider.totals()
  await until('everything is settled', async () => {
    const found = Object.values(await windows())
    const [settled, reserved] = [0, 1].map((at) => found.reduce((sum, amounts) => sum + amounts[at]!, 0))
    return settled === nanoUsd && reserved === 0
  })
}

/** By how much a test begins after a month does, ms. */
const MIDDLE_MS = 14.5 * 86_400_000 + 1_800_000

/** As time passes: for Redis and every gateway alike. */
function stepAll({ redis, gateways }: Machines, aheadMs: number): void {
  for (const clock of [redis, ...gateways]) clock.step(aheadMs)
}

/** The first moment of the month that comes after this many of them, as ms from a moment. */
function untilMonth(months: number, fromMs: number = Date.now()): number {
  const from = new Date(fromMs)
  return Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months) - fromMs
}

describe.skipIf(why)('a gateway whose clock is wrong by forty days', () => {
  it('begins no window of its own: ahead it goes by the time of Redis, behind it is refused or does so too', async () => {
    const made = await machines()
    const { fleet, gateways, windows } = made
    expect(await ask(fleet, GATEWAYS)).toEqual([200, 200, 200])
    await expectBooked(made)
    const [month] = Object.keys(await windows())
    gateways[1]!.step(FAR_MS)
    gateways[2]!.step(-FAR_MS)
    // Five of the ten that $1 pays for, by the two that are wrong.
    expect(await ask(fleet, [1, 1, 1])).toEqual([200, 200, 200])
    const behind = await ask(fleet, [2, 2])
    for (const status of behind) expect([200, 503]).toContain(status)
    const rest = await Promise.all(
      Array.from({ length: 30 }, (_, at) => fleet.call(at % 3, { caller, cap: CAP })),
    )
    const served = fleet.provider.totals().nanoUsd
    expect(served).toBe(10 * HELD)
    for (const { status } of rest) expect([200, 429, 503]).toContain(status)
    await expectBooked(made)
    expect(await windows()).toEqual({ [month!]: [10 * HELD, 0] })
    tried({
      fault: 'gateways 40 days ahead and 40 days behind, on $1 a month',
      promised: 'no fresh budget, no window but that of Redis',
      happened: `${usd(served)} bought, all of it in ${month}`,
      bound: '$0',
    })
  })
})

describe.skipIf(why)('a Redis whose clock is stepped', () => {
  it('forward: is refused, its windows stay shut, and what it expired meanwhile is put right', async () => {
    const door = gate()
    const made = await machines({
      ttlMs: 60_000,
      provider: { behave: () => ({ pause: { afterChunks: STILL, until: door } }) },
    })
    const { fleet, redis, windows } = made
    const streams = []
    for (const at of GATEWAYS) streams.push(await openStreams(fleet, at, 2))
    const [month] = Object.keys(await windows())
    redis.step(FAR_MS)
    expect(await ask(fleet, GATEWAYS)).toEqual([503, 503, 503])
    await until('some have been expired', async () => {
      const tallies = await Promise.all(fleet.gateways.map((gateway) => gateway.tally()))
      return tallies.some(({ expired }) => expired > 0)
    })
    expect(Object.keys(await windows())).toEqual([month])
    door.open()
    for (const { ended } of streams) expect((await ended).every(({ whole }) => whole)).toBe(true)
    await expectBooked(made)
    expect(await ask(fleet, GATEWAYS)).toEqual([503, 503, 503])
    redis.step(0)
    const before = fleet.provider.totals().requests
    const left = await Promise.all(
      Array.from({ length: 30 }, (_, at) => fleet.call(at % 3, { caller, cap: CAP })),
    )
    const served = left.filter(({ status }) => status === 200).length
    await expectBooked(made)
    expect(Object.keys(await windows())).toEqual([month])
    const { requests, nanoUsd } = fleet.provider.totals()
    expect(requests - before).toBe(served)
    expect(nanoUsd).toBeLessThanOrEqual(10 * HELD)
    expect(nanoUsd).toBe(6 * COST + served * HELD)
    tried({
      fault: 'Redis 40 days ahead, 6 streams open, and right again',
      promised: 'refused by its clock, no new window, streams booked',
      happened: `6 × 503, ${usd(nanoUsd)} of $1 bought, all of it in ${month}`,
      bound: '$0',
    })
  })

  it('back, also after a month has honestly ended: no window is opened twice', async () => {
    const made = await machines()
    const { fleet, redis, windows } = made
    const spendAll = async () => {
      const answers = await Promise.all(
        Array.from({ length: 30 }, (_, at) => fleet.call(at % 3, { caller, cap: CAP })),
      )
      await expectBooked(made)
      return answers.filter(({ status }) => status === 200).length
    }
    expect(await spendAll()).toBe(10)
    redis.step(-FAR_MS)
    expect(await spendAll()).toBe(0)
    // All clocks together: this is how time passes, and the next month is a fresh budget, once.
    stepAll(made, FAR_MS)
    expect(await spendAll()).toBe(10)
    expect(Object.keys(await windows())).toHaveLength(2)
    redis.step(0)
    expect(await spendAll()).toBe(0)
    stepAll(made, 0)
    expect(await spendAll()).toBe(0)
    const { nanoUsd } = fleet.provider.totals()
    expect(Object.values(await windows())).toEqual([
      [10 * HELD, 0],
      [10 * HELD, 0],
    ])
    tried({
      fault: 'Redis 40 days back; all clocks on by 40 days, and back again',
      promised: '$1 for each month, once',
      happened: `${usd(nanoUsd)} in ${Object.keys(await windows()).join(' and ')}`,
      bound: '$0',
    })
  })
})

const HOUR_MS = 3_600_000

/** The kinds of windows, and longer than the longest of each lasts, ms: an hour that autumn repeats is one of two. */
const KINDS = {
  hourly: 2 * HOUR_MS,
  daily: 25 * HOUR_MS,
  weekly: 8 * 24 * HOUR_MS,
  monthly: 31 * 25 * HOUR_MS,
}

describe.skipIf(why)('windows that end while gateways are at work', () => {
  /** @see PAINS P5: a window that is reset in the middle of a request drives its counter below zero. */
  it('P5: a stream that is reserved before midnight and ends after it is charged to the day in which it was admitted', async () => {
    const door = gate()
    const made = await machines({
      provider: {
        behave: ({ body }) =>
          (body as { stream?: boolean }).stream ? { pause: { afterChunks: STILL, until: door } } : {},
      },
    })
    const { fleet, windows } = made
    const month = untilMonth(1, made.now())
    stepAll(made, month - LAST_MS)
    const streams = await openStreams(fleet, 0, 10)
    const [before] = Object.entries(await windows())
    expect(before![1]).toEqual([0, 10 * HELD])
    expect(await ask(fleet, [1])).toEqual([429])
    stepAll(made, month)
    // The new month is empty, and is not asked to pay for the old one.
    expect(await ask(fleet, GATEWAYS)).toEqual([200, 200, 200])
    door.open()
    expect((await streams.ended).every(({ whole }) => whole)).toBe(true)
    await expectBooked(made)
    const found = await windows()
    expect(Object.values(found).toSorted()).toEqual(
      [
        [3 * HELD, 0],
        [10 * COST, 0],
      ].toSorted(),
    )
    expect(found[before![0]]).toEqual([10 * COST, 0])
    tried({
      fault: 'P5: 10 streams reserved just before a month ends, ended after it',
      promised: 'charged to the old month; the new one starts at 0',
      happened: `${usd(10 * COST)} in the old, ${usd(3 * HELD)} in the new`,
      bound: '$0',
    })
  })

  /** @see PAINS P15: LiteLLM #5651, #7129, #24675, ShenYu #6649: budgets that are reset late, never, or twice. */
  it('P15: the first request after each boundary sees a fresh budget, and the second does not', async () => {
    const count = PROVE ? 40 : 6
    const made = await machines()
    const { fleet } = made
    let aheadMs = 0
    for (const [period, longestMs] of Object.entries(KINDS)) {
      const key = `each-${period}`
      await fleet.withLedger((ledger) =>
        ledger.provision(ORG, `key:${key}`, [
          budgetFrom({ limit_usd: '0.10', period: period as keyof typeof KINDS, timeZone: 'Europe/Berlin' }),
        ]),
      )
      const call = async (at: number) => (await fleet.call(at % 3, { caller: { key }, cap: CAP })).status
      for (let window = 1; window <= count; window++) {
        aheadMs += longestMs
        stepAll(made, aheadMs)
        expect([await call(window), await call(window + 1)], `${period} ${window}`).toEqual([200, 429])
      }
    }
    tried({
      fault: `P15: ${count} windows of each kind, Europe/Berlin`,
      promised: 'one of two calls served in each',
      happened: `${4 * count} × 200, ${4 * count} × 429`,
      bound: '$0',
    })
  })
})
