import type { MakeLedger } from '@tollgate/kit/conformance'
import type { Ledger } from '@tollgate/kit/ledger'
import { describe, expect, it } from 'vitest'
import { PROVE } from '../support/prove.ts'
import { STORES } from '../support/stores.ts'
import { type Outcome, type SimulationOptions, simulate } from './simulate.ts'

const SEEDS = PROVE ? 200 : 4
const LONG = { timeout: PROVE ? 3_600_000 : 60_000 }

/** One run after the other; each that goes wrong is told with its options. */
async function run(all: readonly SimulationOptions[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const options of all) {
    const outcome = await simulate(options)
    expect({ ...options, wrong: outcome.wrong }).toEqual({ ...options, wrong: [] })
    outcomes.push(outcome)
  }
  return outcomes
}

function report(what: string, outcomes: readonly Outcome[]): void {
  const sum = (count: (outcome: Outcome) => number) => outcomes.reduce((total, one) => total + count(one), 0)
  const used = Math.max(...outcomes.map((one) => one.used))
  console.log(
    `${what}: ${outcomes.length} runs, ${sum((one) => one.admitted)} requests admitted, ${sum((one) => one.crashes)} gateways died, ${sum((one) => one.unconfirmed)} reservations unconfirmed, at most ${(used * 100).toFixed(1)} % of a limit billed`,
  )
}

const seeds = Array.from({ length: SEEDS }, (_, at) => at + 1)
/** In every weather, on every store: half of them where time is short. */
const all = PROVE ? seeds : seeds.slice(0, SEEDS / 2)

describe.each(Object.entries(STORES))('%s', (name, make) => {
  it(
    'in fair weather: the provider bills all of the limit and no more, and the books are its meter',
    LONG,
    async () => {
      const outcomes = await run(all.map((seed) => ({ seed, make, faults: false })))
      report(`${name}, fair weather`, outcomes)
      expect(outcomes.every(({ unconfirmed }) => unconfirmed === 0)).toBe(true)
      expect(Math.max(...outcomes.map(({ used }) => used))).toBe(1)
    },
  )

  it(
    'in foul weather: never more than the limit, and the books differ by what is unconfirmed',
    LONG,
    async () => {
      const outcomes = await run(all.map((seed) => ({ seed, make, faults: true })))
      report(`${name}, foul weather`, outcomes)
      expect(outcomes.some(({ unconfirmed }) => unconfirmed > 0)).toBe(true)
    },
  )

  it('dying after every await there is changes neither', LONG, async () => {
    const base = { seed: 1, make, faults: false, requests: PROVE ? 100 : 8 }
    const [untouched] = await run([base])
    const crashes = Array.from({ length: untouched!.awaits }, (_, at) => ({ ...base, crashAfter: at + 1 }))
    const outcomes = await run(crashes)
    report(`${name}, dying after each of ${untouched!.awaits} awaits`, outcomes)
    expect(outcomes.every((outcome) => outcome.crashes === 1)).toBe(true)
    expect(outcomes.some(({ unconfirmed }) => unconfirmed > 0)).toBe(true)
  })

  it('comes out the same again for the same seed', async () => {
    const options = { seed: 7, make, faults: true }
    expect(await simulate(options)).toEqual(await simulate(options))
  })
})

it('comes out the same on every store, event by event', LONG, async () => {
  for (const seed of seeds.slice(0, 4)) {
    const outcomes = await run(Object.values(STORES).map((make) => ({ seed, make, faults: true })))
    for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0])
  }
})

/** A simulation that could not fail would prove nothing. */
describe('a ledger that', () => {
  const broken: Readonly<Record<string, (ledger: Ledger) => Partial<Ledger>>> = {
    'refunds what expires': (ledger) => ({
      async expire(limit) {
        const expired = await ledger.expire(limit)
        for (const { org, id } of expired) await ledger.release(org, id)
        return expired
      },
    }),
    'loses every third settle': (ledger) => {
      let settles = 0
      return {
        async settle(command) {
          settles += 1
          if (settles % 3 === 0) return { status: 'settled', overdraft: false }
          return ledger.settle(command)
        },
      }
    },
    'counts a settle that comes twice twice': (ledger) => ({
      async settle(command) {
        const reply = await ledger.settle(command)
        const { org, id, actual } = command
        const again = {
          org,
          id,
          account: 'key:1',
          budget: 'total',
          delta: actual.usd,
          reason: 'twice',
        } as const
        if (reply.status === 'repeat') await ledger.adjust(again)
        return reply
      },
    }),
    'admits by what is spent, as if nothing were reserved': (ledger) => ({
      async reserve(command) {
        const reply = await ledger.reserve(command)
        if (reply.status !== 'denied' || reply.shortfall.reason !== 'reserved') return reply
        return ledger.reserve({ ...command, observe: true })
      },
    }),
  }

  it.each(Object.entries(broken))('%s is found out', LONG, async (_, mistake) => {
    const make: MakeLedger = async (request) => {
      const { ledger } = await STORES.sqlite(request)
      return { ledger: { ...ledger, ...mistake(ledger) } }
    }
    const outcomes: Outcome[] = []
    for (const seed of seeds.slice(0, 8)) {
      outcomes.push(await simulate({ seed, make, faults: true }))
      if (outcomes.at(-1)!.wrong.length > 0) break
    }
    expect(outcomes.at(-1)!.wrong).not.toEqual([])
  })
})
