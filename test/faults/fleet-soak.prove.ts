import { setTimeout as pause } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { type GatewayFleet, startFleet, TOKEN } from '../support/fleet-gateways.ts'
import type { Health } from '../support/fleet-process.ts'
import { infoOf } from '../support/redis.ts'

const MINUTE_MS = 60_000
const TEAMS = 10
const WORKERS = 48
/** Of what two cores can do when they also are the clients, the provider and Redis. */
const LOAD = 0.7

/** Requests of which a gateway remembers something: of more than that it forgets the oldest. */
const REMEMBERED = 20_000

const startMs = performance.now()
const USERS = { limit_usd: '1000', period: 'total' } as const

/** Calls by all gateways, each by the next user, at most so many a second. */
async function calls(
  fleet: GatewayFleet,
  { forMs, perSecond, user }: { forMs: number; perSecond: number; user: (turn: number) => number },
): Promise<{ served: number; failed: number; perSecond: number }> {
  const beganMs = performance.now()
  let turn = 0
  let served = 0
  await Promise.all(
    Array.from({ length: WORKERS }, async () => {
      while (performance.now() < beganMs + forMs) {
        const mine = turn++
        const dueMs = beganMs + (mine * 1000) / perSecond
        if (dueMs > performance.now()) await pause(dueMs - performance.now())
        const id = user(mine)
        const caller = { team: `team-${id % TEAMS}`, user: `user-${id}` }
        // Always by the same gateway, so that nobody is new to it a second time.
        const { status } = await fleet.call(id % 3, { caller, cap: 10, length: 3 })
        if (status === 200) served += 1
      }
    }),
  )
  return { served, failed: turn - served, perSecond: (served * 1000) / (performance.now() - beganMs) }
}

const healths = ({ gateways }: GatewayFleet): Promise<Health[]> =>
  Promise.all(gateways.map((gateway) => gateway.health()))

const megabytes = (bytes: number) => Math.round(bytes / 1e5) / 10

/** By how much a line through the points rises in a minute. */
function slope(points: readonly { readonly minute: number; readonly bytes: number }[]): number {
  const mean = (of: (point: (typeof points)[number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length
  const [minute, bytes] = [mean((point) => point.minute), mean((point) => point.bytes)]
  const over = points.reduce((sum, point) => sum + (point.minute - minute) * (point.bytes - bytes), 0)
  return over / points.reduce((sum, point) => sum + (point.minute - minute) ** 2, 0)
}

/** @see PAINS P22: LiteLLM #6895, #9608: locks on one hot row. P23: #12685, #25219: memory and logs that only grow. */
it('P22, P23: under a steady load, with a sink that never answers, nothing fails and nothing grows', async () => {
  const fleet = await startFleet({ users: USERS, stalledSink: true })
  closeAfter(fleet.close)
  for (let team = 0; team < TEAMS; team++) await fleet.budget(`team:team-${team}`, '100000')

  let failed = 0
  let served = 0
  let users = 0
  async function callBy(user: (turn: number) => number, forMs: number, perSecond: number) {
    const done = await calls(fleet, { forMs, perSecond, user })
    served += done.served
    failed += done.failed
    return done
  }
  /** For so long, each call by somebody new. */
  async function newcomers(forMs: number, perSecond: number): Promise<number> {
    const done = await callBy((turn) => users + turn, forMs, perSecond)
    users += done.served
    return done.perSecond
  }
  /** For so long, everybody in turn. */
  const everybody = (forMs: number, perSecond: number) =>
    callBy((turn) => (turn * 7919) % users, forMs, perSecond)

  // As fast as it goes, until whatever is remembered of requests has no room for another one.
  let fastest = await newcomers(10_000, Infinity)
  while ((await healths(fleet)).some(({ dropped }) => dropped < REMEMBERED))
    fastest = Math.max(fastest, (await everybody(10_000, Infinity)).perSecond)
  const perSecond = Math.floor(fastest * LOAD)
  const [before, usersBefore] = [await healths(fleet), users]
  await newcomers(MINUTE_MS / 4, perSecond)
  const warm = await healths(fleet)
  const perUser = warm.map(
    ({ heapBytes }, at) => (heapBytes - before[at]!.heapBytes) / ((users - usersBefore) / 3),
  )

  // Something is remembered of whoever comes back, too, and everybody has to have come back before nothing is new.
  await everybody((users / perSecond) * 1_250, perSecond)

  const points: { minute: number; health: Health[] }[] = []
  for (let quarter = 0; quarter < 12; quarter++) {
    await everybody(MINUTE_MS / 4, perSecond)
    points.push({ minute: (performance.now() - startMs) / MINUTE_MS, health: await healths(fleet) })
  }
  const slopes = fleet.gateways.map((_, at) =>
    slope(points.map(({ minute, health }) => ({ minute, bytes: health[at]!.heapBytes }))),
  )
  const late = Math.max(...points.flatMap(({ health }) => health.map(({ loopP99Ms }) => loopP99Ms)))
  const last = points.at(-1)!.health
  const info = await fleet.server.call('info', 'commandstats')
  const perScript = Number(/usec_per_call=([\d.]+)/.exec(infoOf(info, 'cmdstat_evalsha')!)![1])
  console.log(
    [
      `${served} requests, ${perSecond} a second of ${Math.round(fastest)}, of ${users} users; ${failed} failed`,
      `heap of each gateway ${last.map(({ heapBytes }) => megabytes(heapBytes)).join(', ')} MB, ${slopes.map(megabytes).join(', ')} MB a minute; resident ${last.map(({ rssBytes }) => megabytes(rssBytes)).join(', ')} MB`,
      `${perUser.map(Math.round).join(', ')} bytes of heap for each user that it has not seen before`,
      `event loop late by ${late.toFixed(1)} ms in one of a hundred turns; ${perScript} µs in Redis for each script`,
      `records: ${last.map(({ queued, dropped }) => `${queued} wait, ${dropped} dropped`).join('; ')}`,
    ].join('\n'),
  )
  expect(failed).toBe(0)
  expect(Math.max(...slopes)).toBeLessThan(1e6)
  // A gateway remembers 200,000 accounts at most.
  expect(Math.max(...perUser)).toBeLessThan(4000)
  expect(perScript).toBeLessThan(1000)
  for (const { queued, dropped } of last) {
    expect(queued).toBeLessThanOrEqual(1000)
    expect(dropped).toBeGreaterThan(0)
  }
  const { nanoUsd } = fleet.provider.totals()
  expect(nanoUsd).toBe(served * 3 * TOKEN)
  expect(await fleet.atRest('org:acme')).toMatchObject({ spent: nanoUsd })
})
