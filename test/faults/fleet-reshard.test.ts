import { setTimeout as pause } from 'node:timers/promises'
import { gate } from '@tollgate/testing'
import { expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { type GatewayFleet, startFleet } from '../support/fleet-gateways.ts'
import { ACCOUNT, CAP, COST, caller, HELD, openStreams, STILL, usd } from '../support/fleet-streams.ts'
import { faultTable } from '../support/fleet-table.ts'
import { infoOf, type RedisServer, redisCluster, until } from '../support/redis.ts'

const GATEWAYS = [0, 1, 2]
const META = 'tg:1:{acme}:meta'
const REDIRECTIONS = ['MOVED', 'ASK', 'TRYAGAIN'] as const

const tried = faultTable()

/** How often each redirection was answered, by all nodes together. */
async function redirections(nodes: readonly RedisServer[]): Promise<number[]> {
  const infos = await Promise.all(nodes.map(({ call }) => call('info', 'errorstats')))
  return REDIRECTIONS.map((name) =>
    infos.reduce<number>(
      (sum, info) => sum + Number(infoOf(info, `errorstat_${name}`)?.slice('count='.length) ?? 0),
      0,
    ),
  )
}

/** Calls by every gateway, one after the other, until they are stopped. */
function load(fleet: GatewayFleet) {
  const served = [0, 0, 0]
  const statuses = new Set<number>()
  let stopped = false
  const ended = Promise.all(
    GATEWAYS.map(async (at) => {
      for (let turn = 0; !stopped; turn++) {
        const { status } = await fleet.call(at, { caller, cap: 100, length: 1 + ((turn * 7) % 100) })
        statuses.add(status)
        if (status === 200) served[at]! += 1
        else await pause(20)
      }
    }),
  )
  return {
    statuses,
    async moreServed() {
      const before = [...served]
      await until('all serve', () => served.every((count, at) => count > before[at]! + 5))
    },
    async stop() {
      stopped = true
      await ended
    },
  }
}

it('a slot that is moved to another master under load takes the books along, to the nano-dollar', async () => {
  const cluster = await redisCluster()
  closeAfter(cluster.stop)
  const slot = Number(await cluster.nodes[0]!.call('cluster', 'keyslot', META))
  const [here, there] = [cluster.nodeOf(slot), cluster.nodes.find((node) => node !== cluster.nodeOf(slot))!]
  const door = gate()
  const fleet = await startFleet({
    server: here,
    books: { cluster: cluster.seeds },
    deadlineMs: 3000,
    provider: {
      behave: ({ body }) =>
        (body as { stream?: boolean }).stream ? { pause: { afterChunks: STILL, until: door } } : {},
    },
  })
  closeAfter(fleet.close)
  await fleet.budget(ACCOUNT, '100')
  const streams = []
  for (const at of GATEWAYS) streams.push(await openStreams(fleet, at, 3))
  const traffic = load(fleet)
  await traffic.moreServed()

  /** A reserve needs the keys of its accounts and one that is new: while they are in two places, it can be had nowhere. */
  async function expectRefusals(): Promise<void> {
    const { requests } = fleet.provider.totals()
    const answers = await Promise.all(GATEWAYS.map((at) => fleet.call(at, { caller, cap: CAP })))
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503])
    expect(fleet.provider.totals().requests).toBe(requests)
  }
  let half = 0
  const moved = await cluster.moveSlot(slot, there, async (left) => {
    half ||= Math.floor(left / 2)
    if (left === half || left === 0) await expectRefusals()
  })
  await expect(here.call('exists', META)).rejects.toThrow('MOVED')
  await traffic.moreServed()
  await traffic.stop()
  door.open()
  for (const { ended } of streams) expect((await ended).every(({ whole }) => whole)).toBe(true)

  const { nanoUsd, reached } = fleet.provider.totals()
  expect(nanoUsd).toBeGreaterThan(9 * COST)
  expect(await fleet.atRest(ACCOUNT)).toEqual({ spent: nanoUsd, reserved: 0, unconfirmed: 0 })
  expect([...traffic.statuses].toSorted()).toEqual([200, 503])
  expect(await there.call('hget', META, 'ep')).toBe('1')
  const met = await redirections(cluster.nodes)
  for (const [at, count] of met.entries()) expect(count, REDIRECTIONS[at]).toBeGreaterThan(0)
  tried({
    fault: `the org's slot, ${moved} keys, moved to another master: ${reached} calls, 9 streams, ${usd(9 * HELD)} held`,
    promised: '503 while it moves, then books that are whole',
    happened: `${REDIRECTIONS.map((name, at) => `${met[at]} × ${name}`).join(', ')}; books ${usd(nanoUsd)} = provider`,
    bound: '$0',
  })
})
