import { setTimeout as pause } from 'node:timers/promises'
import { gate } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { type GatewayFleet, startFleet } from '../support/fleet-gateways.ts'
import { ACCOUNT, CAP, COST, caller, HELD, openStreams, STILL, usd } from '../support/fleet-streams.ts'
import { faultTable } from '../support/fleet-table.ts'
import { type FaultProxy, faultProxy, type RedisPair, redisPair, until } from '../support/redis.ts'

const GATEWAYS = [0, 1, 2]
const META = 'tg:1:{acme}:meta'

const tried = faultTable()

interface Lagging {
  readonly fleet: GatewayFleet
  readonly pair: RedisPair
  /** From here on the replica hears nothing of its master. */
  lag(): Promise<void>
  /** The master dies, the replica takes its place behind the one address that everybody knows; nobody is told. */
  failOver(): Promise<void>
  /** How often the books have been recovered. */
  epoch(): Promise<number>
  /** Streams go on past where they stand still. */
  goOn(): void
}

/** Three gateways that reach a master and, after it, its replica by one address. */
async function lagging(): Promise<Lagging> {
  let link: FaultProxy | undefined
  const pair = await redisPair(async (master) => {
    link = await faultProxy(master, { raw: true })
    return link
  })
  closeAfter(pair.stop)
  closeAfter(() => link!.close())
  const front = await faultProxy(pair.master)
  closeAfter(front.close)
  const door = gate()
  const fleet = await startFleet({
    server: { ...pair.master, url: front.url },
    via: [front, front, front],
    provider: {
      behave: ({ body }) =>
        (body as { stream?: boolean }).stream ? { pause: { afterChunks: STILL, until: door } } : {},
    },
  })
  closeAfter(fleet.close)
  return {
    fleet,
    pair,
    async lag() {
      await pair.synced()
      link!.hang()
    },
    async failOver() {
      await pair.master.kill()
      await pair.promote()
      front.retarget(pair.replica.port)
      front.cut()
    },
    epoch: async () => Number(await pair.replica.call('hget', META, 'ep')),
    goOn: door.open,
  }
}

const askAll = async ({ call }: GatewayFleet, each: number) => {
  const answers = await Promise.all(
    GATEWAYS.flatMap((at) => Array.from({ length: each }, () => call(at, { caller, cap: CAP }))),
  )
  return answers.map(({ status }) => status)
}

describe('a replica that lags and is promoted', () => {
  it('admits at most what the lost grants held, then nobody, and then by books that know them again', async () => {
    const { fleet, lag, failOver, epoch, goOn } = await lagging()
    await fleet.budget(ACCOUNT, '1')
    const kept = await openStreams(fleet, 0, 4)
    await lag()
    // The tail that is lost: three streams that run, and two calls that have ended.
    const lost = await openStreams(fleet, 0, 3)
    for (const at of [0, 1]) expect((await fleet.call(at, { caller, cap: CAP })).status).toBe(200)
    const GRANTS_LOST = 5 * HELD
    await until('the two are settled', async () => (await fleet.standing(ACCOUNT)).spent === 2 * HELD)

    await failOver()
    const unnoticed: number[] = []
    await until('somebody has noticed', async () => {
      unnoticed.push(...(await askAll(fleet, 2)))
      return (await epoch()) > 0
    })
    const { requests } = fleet.provider.totals()
    expect(await askAll(fleet, 2)).toEqual(Array(6).fill(503))
    expect(fleet.provider.totals().requests).toBe(requests)

    const over = unnoticed.filter((status) => status === 200).length
    const stands = await until('the books are as they were', async () => {
      const { spent, reserved } = await fleet.standing(ACCOUNT)
      return reserved === 7 * HELD && spent === (2 + over) * HELD && { spent, reserved }
    })
    const admitted = fleet.provider.totals().reached * HELD
    expect(stands.spent + stands.reserved).toBe(admitted)
    expect(admitted).toBeLessThanOrEqual(10 * HELD + GRANTS_LOST)

    const again = await until('it is open again', async () => {
      const statuses = await askAll(fleet, 2)
      return !statuses.includes(503) && statuses
    })
    // One call's worth was left on the master, for whoever came first.
    expect(fleet.provider.totals().reached * HELD).toBeLessThanOrEqual(10 * HELD + GRANTS_LOST)
    expect(again).toContain(429)
    goOn()
    for (const { ended } of [kept, lost]) expect((await ended).every(({ whole }) => whole)).toBe(true)
    const { nanoUsd } = fleet.provider.totals()
    expect(await fleet.atRest(ACCOUNT)).toEqual({ spent: nanoUsd, reserved: 0, unconfirmed: 0 })
    tried({
      fault: 'fail-over to a replica that lags by 5 grants, on $1',
      promised: 'refused while recovered, books exact after',
      happened: `${over} admitted before it was noticed, books ${usd(nanoUsd)} = provider`,
      bound: `the lost grants: ${usd(GRANTS_LOST)}`,
    })
  })

  it('is told also what a gateway has ended that has had nothing to do since', async () => {
    const { fleet, lag, failOver, epoch, goOn } = await lagging()
    await fleet.budget(ACCOUNT, '10')
    const { ended } = await openStreams(fleet, 0, 1)
    await lag()
    expect((await fleet.call(1, { caller, cap: CAP })).status).toBe(200)
    const stands = await until('it is settled', async () => {
      const { spent, reserved } = await fleet.standing(ACCOUNT)
      return spent === HELD && { spent, reserved }
    })
    await failOver()
    // The heartbeats of the one stream notice; the gateway that had the call neither beats nor is asked anything.
    await until('somebody has noticed', async () => (await epoch()) > 0)
    expect(
      await until('the call is booked again', async () => {
        const { spent, reserved } = await fleet.standing(ACCOUNT)
        return spent === HELD && { spent, reserved }
      }),
    ).toEqual(stands)
    goOn()
    await ended
    const { nanoUsd } = fleet.provider.totals()
    expect(await fleet.atRest(ACCOUNT)).toEqual({ spent: nanoUsd, reserved: 0, unconfirmed: 0 })
    tried({
      fault: 'the same, and a gateway with nothing open has the lost settle',
      promised: 'told again',
      happened: `books ${usd(nanoUsd)} = provider`,
      bound: '$0',
    })
  })

  it('loses nothing that the gateways know, under load', async () => {
    const { fleet, lag, failOver, epoch, goOn } = await lagging()
    await fleet.budget(ACCOUNT, '1000')
    const streams = await openStreams(fleet, 1, 5)
    let stopped = false
    const served = [0, 0, 0]
    const statuses = new Set<number>()
    const load = GATEWAYS.flatMap((at) =>
      Array.from({ length: 4 }, async (_, worker) => {
        for (let turn = 0; !stopped; turn++) {
          const { status } = await fleet.call(at, {
            caller,
            cap: 100,
            length: 1 + ((turn * 7 + worker) % 100),
          })
          statuses.add(status)
          if (status === 200) served[at]! += 1
          // A refusal is quick: clients that ask again at once would only measure how quick.
          else await pause(20)
        }
      }),
    )
    const moreServed = async (what: string) => {
      const before = [...served]
      await until(what, () => served.every((count, at) => count > before[at]! + 5))
    }
    await moreServed('there is load')
    await lag()
    const beforeLag = fleet.provider.totals().reached
    await moreServed('there is a tail to be lost')
    const lostAtLeast = fleet.provider.totals().reached - beforeLag
    await failOver()
    await until('somebody has noticed', async () => (await epoch()) > 0)
    await moreServed('all serve again')
    stopped = true
    await Promise.all(load)
    goOn()
    expect((await streams.ended).every(({ whole }) => whole)).toBe(true)

    const { nanoUsd, reached } = fleet.provider.totals()
    expect(await fleet.atRest(ACCOUNT)).toEqual({ spent: nanoUsd, reserved: 0, unconfirmed: 0 })
    expect(nanoUsd).toBeGreaterThan(5 * COST)
    expect([...statuses].toSorted()).toEqual([200, 503])
    tried({
      fault: `the same under load, ${reached} calls, ${lostAtLeast} of them in the lost tail`,
      promised: 'books exact',
      happened: `books ${usd(nanoUsd)} = provider`,
      bound: '$0',
    })
  })
})
