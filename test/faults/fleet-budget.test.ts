import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomFrom } from '../../packages/kit/src/conformance/ledger/random.ts'
import {
  type Answer,
  type Call,
  type GatewayFleet,
  metadataOf,
  startFleet,
  TOKEN,
} from '../support/fleet-gateways.ts'
import { faultTable } from '../support/fleet-table.ts'
import { until } from '../support/redis.ts'

const DOLLAR = 1_000_000_000
const ROUNDS = 10
const USERS = { limit_usd: '0.01', period: 'total' } as const

const tried = faultTable()
let fleet: GatewayFleet
let asked = 0
beforeAll(async () => {
  fleet = await startFleet({ users: USERS })
})
afterAll(() => fleet.close())

/** Each call goes to another gateway than the one before it. */
function ask(at: number, call: Call): Promise<Answer> {
  asked += 1
  return fleet.call(at % 3, call)
}

/** What the provider has counted for one of the callers. */
function countedFor(caller: Readonly<Record<string, string>>): { reached: number; nanoUsd: number } {
  const [[kind, id]] = Object.entries(caller) as [[string, string]]
  const theirs = fleet.provider.requests.filter((request) => metadataOf(request)[kind] === id)
  return { reached: theirs.length, nanoUsd: theirs.reduce((sum, { nanoUsd }) => sum + nanoUsd, 0) }
}

/** @see PAINS P1: LiteLLM #34732, #18730, Envoy #680, higress #2464: check, then act. P3: LiteLLM #40095: the first burst of an unknown user. */
describe('P1, P3: three gateways on one budget', () => {
  it('serve exactly the ten of a thousand parallel calls that $1 pays for', async () => {
    await fleet.budget('key:thousand', '1')
    const caller = { key: 'thousand' }
    const answers = await Promise.all(Array.from({ length: 1000 }, (_, at) => ask(at, { caller, cap: 1000 })))
    const stands = await fleet.atRest('key:thousand')
    const byStatus = (status: number) => answers.filter((answer) => answer.status === status)
    expect([byStatus(200).length, byStatus(429).length]).toEqual([10, 990])
    for (const { text } of byStatus(429)) expect(text).toMatch(/"budget_(exceeded|reserved)"/)
    expect(countedFor(caller)).toEqual({ reached: 10, nanoUsd: DOLLAR })
    expect(stands).toEqual({ spent: DOLLAR, reserved: 0, unconfirmed: 0 })
    tried({
      fault: '1,000 parallel calls of $0.10 on $1',
      promised: '10 served, 990 refused',
      happened: `${byStatus(200).length} served, ${byStatus(429).length} refused, books $${stands.spent / DOLLAR}`,
      bound: '$0',
    })
  })

  it('never pass it at random costs, and book what the provider counts', async () => {
    const random = randomFrom(ROUNDS)
    let most = 0
    for (let round = 0; round < ROUNDS; round++) {
      const caller = { key: `random-${round}` }
      await fleet.budget(`key:${caller.key}`, '1')
      const calls = Array.from({ length: 60 }, () => {
        const cap = 1 + random.int(3000)
        return { caller, cap, length: random.chance(0.5) ? cap : 1 + random.int(cap) }
      })
      const answers = await Promise.all(calls.map((call, at) => ask(at, call)))
      const stands = await fleet.atRest(`key:${caller.key}`)
      const { reached, nanoUsd } = countedFor(caller)
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(reached)
      expect(answers.filter(({ status }) => status === 429)).toHaveLength(60 - reached)
      expect(stands.spent).toBe(nanoUsd)
      expect(nanoUsd).toBeLessThanOrEqual(DOLLAR)
      most = Math.max(most, nanoUsd)
    }
    tried({
      fault: `${ROUNDS} times 60 parallel calls of random cost on $1`,
      promised: 'never over, books = provider',
      happened: `at most $${most / DOLLAR}, books = provider`,
      bound: '$0',
    })
  })

  it('hold a user that nobody has seen to the default budget, from the first burst on', async () => {
    const caller = { user: 'newcomer' }
    const answers = await Promise.all(Array.from({ length: 300 }, (_, at) => ask(at, { caller, cap: 30 })))
    const served = answers.filter(({ status }) => status === 200).length
    expect(await fleet.atRest('user:newcomer')).toMatchObject({ spent: 3 * 30 * TOKEN })
    expect(countedFor(caller)).toEqual({ reached: 3, nanoUsd: 3 * 30 * TOKEN })
    tried({
      fault: '300 first calls at once of one unseen user, $0.003 each on $0.01',
      promised: '3 served',
      happened: `${served} served`,
      bound: '$0',
    })
  })

  it('have a record for every request, which add up to the books', async () => {
    const { spent } = await fleet.standing('org:acme')
    // A client has its answer, and the books have its charge, a moment before the gateway makes a record of them.
    const charged = await until('every request has a record', async () => {
      const tallies = await Promise.all(fleet.gateways.map((gateway) => gateway.tally()))
      expect(tallies.reduce((sum, { records }) => sum + records, 0)).toBe(asked)
      return tallies.reduce((sum, { chargedNanoUsd }) => sum + chargedNanoUsd, 0)
    })
    expect(charged).toBe(spent)
    expect(fleet.provider.totals().nanoUsd).toBe(spent)
  })
})
