import { gate } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { type GatewayFleet, startFleet } from '../support/fleet-gateways.ts'
import { ACCOUNT, CAP, COST, caller, HELD, openStreams, STILL, usd } from '../support/fleet-streams.ts'
import { faultTable } from '../support/fleet-table.ts'
import { type RedisServer, redisWithAof, until } from '../support/redis.ts'

const GATEWAYS = [0, 1, 2]
const LIFE_MS = 1500

const tried = faultTable()

interface Outage {
  readonly fault: string
  away(server: RedisServer): Promise<void> | void
  back(server: RedisServer): Promise<void> | void
}

const OUTAGES: readonly Outage[] = [
  { fault: 'dead', away: ({ kill }) => kill(), back: ({ restart }) => restart() },
  { fault: 'at a standstill', away: ({ pause }) => pause(), back: ({ resume }) => resume() },
]

async function nineStreams(server: RedisServer) {
  const door = gate()
  const fleet = await startFleet({
    server,
    ttlMs: LIFE_MS,
    deadlineMs: 500,
    provider: {
      behave: ({ body }) =>
        (body as { stream?: boolean }).stream ? { pause: { afterChunks: STILL, until: door } } : {},
    },
  })
  closeAfter(fleet.close)
  // Room for the streams and one call more.
  await fleet.budget(ACCOUNT, '1')
  const streams = []
  for (const at of GATEWAYS) streams.push(await openStreams(fleet, at, 3))
  return { fleet, door, streams }
}

const askAll = async ({ call }: GatewayFleet) => {
  const answers = await Promise.all(GATEWAYS.map((at) => call(at, { caller, cap: CAP })))
  return answers.map(({ status }) => status)
}

describe('a Redis that is away for longer than a reservation lives', () => {
  it.each(OUTAGES)(
    '$fault: nothing is given away meanwhile, and its streams are booked as they end',
    async (outage) => {
      const server = await redisWithAof()
      const { fleet, door, streams } = await nineStreams(server)
      await outage.away(server)
      const goneMs = performance.now()
      const { requests } = fleet.provider.totals()
      let refusals = 0
      await until('every deadline has passed', async () => {
        expect(await askAll(fleet)).toEqual([503, 503, 503])
        refusals += 3
        return performance.now() > goneMs + LIFE_MS + 500
      })
      await outage.back(server)

      // Whoever was expired in the first moment lives again with its next heartbeat; there is room for one more, never for two.
      const statuses = new Set<number>()
      await until('they are open again, and one call is served', async () => {
        for (const status of await askAll(fleet)) statuses.add(status)
        const { spent, reserved, unconfirmed } = await fleet.standing(ACCOUNT)
        expect(spent + reserved).toBeLessThanOrEqual(10 * HELD)
        return statuses.has(200) && unconfirmed === 0 && reserved === 9 * HELD
      })
      expect(fleet.provider.totals().requests).toBe(requests + 1)
      door.open()
      for (const { ended } of streams) expect((await ended).every(({ whole }) => whole)).toBe(true)
      const { nanoUsd } = fleet.provider.totals()
      expect(nanoUsd).toBe(9 * COST + HELD)
      expect(await fleet.atRest(ACCOUNT)).toEqual({ spent: nanoUsd, reserved: 0, unconfirmed: 0 })
      tried({
        fault: `Redis ${outage.fault}, longer than its 9 streams may live`,
        promised: 'refused, nobody expired for good',
        happened: `${refusals} × 503, books ${usd(nanoUsd)} = provider`,
        bound: '$0',
      })
    },
  )
})
