import { gate } from '@tollgate/testing'
import { expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { startFleet } from '../support/fleet-gateways.ts'
import { ACCOUNT, CAP, COST, caller, HELD, openStreams, STILL, usd } from '../support/fleet-streams.ts'
import { faultTable } from '../support/fleet-table.ts'
import { infoOf, redisPair, until } from '../support/redis.ts'

const GATEWAYS = [0, 1, 2]
const KEY = `tg:1:{acme}:a:${ACCOUNT}`

const tried = faultTable()

it('a master whose only replica is gone (min-replicas-to-write) refuses until it is back; then nothing is missing', async () => {
  const pair = await redisPair()
  closeAfter(pair.stop)
  const { master, replica } = pair
  const door = gate()
  const fleet = await startFleet({
    server: master,
    provider: {
      behave: ({ body }) =>
        (body as { stream?: boolean }).stream ? { pause: { afterChunks: STILL, until: door } } : {},
    },
  })
  closeAfter(fleet.close)
  await fleet.budget(ACCOUNT, '10')
  await master.call('config', 'set', 'min-replicas-to-write', 1)
  const ask = async () => {
    const answers = await Promise.all(GATEWAYS.map((at) => fleet.call(at, { caller, cap: CAP })))
    return answers.map(({ status }) => status)
  }
  const streams = []
  for (const at of GATEWAYS) streams.push(await openStreams(fleet, at, 2))
  expect(await ask()).toEqual([200, 200, 200])
  await until('they are settled', async () => (await fleet.standing(ACCOUNT)).spent === 3 * HELD)

  await replica.kill()
  await until('the master has noticed', async () => {
    const info = await master.call('info', 'replication')
    return infoOf(info, 'connected_slaves') === '0'
  })
  const { requests } = fleet.provider.totals()
  for (let round = 0; round < 3; round++) expect(await ask()).toEqual([503, 503, 503])
  expect(fleet.provider.totals().requests).toBe(requests)
  // What ends now cannot be written either: it is kept, and stays reserved.
  door.open()
  for (const { ended } of streams) expect((await ended).every(({ whole }) => whole)).toBe(true)
  expect(await ask()).toEqual([503, 503, 503])
  expect(await fleet.standing(ACCOUNT)).toEqual({ spent: 3 * HELD, reserved: 6 * HELD, unconfirmed: 0 })
  expect(infoOf(await master.call('info', 'errorstats'), 'errorstat_NOREPLICAS')).toMatch(/count=\d+/)

  await replica.restart()
  await until('all serve again', async () => (await ask()).every((status) => status === 200))
  const { nanoUsd } = fleet.provider.totals()
  expect(nanoUsd).toBeGreaterThanOrEqual(6 * COST + 6 * HELD)
  expect(await fleet.atRest(ACCOUNT)).toEqual({ spent: nanoUsd, reserved: 0, unconfirmed: 0 })
  await pair.synced()
  expect(await replica.call('hgetall', KEY)).toEqual(await master.call('hgetall', KEY))
  tried({
    fault: 'min-replicas-to-write 1, and the replica killed, 6 streams open',
    promised: 'refused, nothing given back is lost, goes on',
    happened: `12 × 503, books ${usd(nanoUsd)} = provider = replica`,
    bound: '$0',
  })
})
