import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { acceptRedisLoss, examineRedis } from '@tollgate/kit/ledger/redis'
import { gate } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { type FleetOptions, type GatewayFleet, ORG, startFleet } from '../support/fleet-gateways.ts'
import { ACCOUNT, CAP, COST, caller, HELD, openStreams, STILL, usd } from '../support/fleet-streams.ts'
import { faultTable } from '../support/fleet-table.ts'
import { until } from '../support/redis.ts'

const GATEWAYS = [0, 1, 2]
const META = 'tg:1:{acme}:meta'
/** How long a gateway remembers what it has ended, and how long the books are closed while they are recovered, ms. */
const REMEMBERED_MS = 60_000
const CLOSED_MS = 2500

const tried = faultTable()

async function start(limitUsd: string, options: FleetOptions = {}): Promise<GatewayFleet> {
  const fleet = await startFleet(options)
  closeAfter(fleet.close)
  await fleet.budget(ACCOUNT, limitUsd)
  return fleet
}

/** Ask every gateway once. */
const askAll = async ({ call }: GatewayFleet) => {
  const answers = await Promise.all(GATEWAYS.map((at) => call(at, { caller, cap: CAP })))
  return answers.map(({ status }) => status)
}

/** Every gateway refuses, again and again, and the provider hears nothing of it. */
async function expectClosed(fleet: GatewayFleet): Promise<void> {
  const { requests } = fleet.provider.totals()
  for (let round = 0; round < 3; round++) expect(await askAll(fleet)).toEqual([503, 503, 503])
  expect(fleet.provider.totals().requests).toBe(requests)
}

/** Every gateway serves one call, and it is settled. */
async function serveAll(fleet: GatewayFleet): Promise<void> {
  expect(await askAll(fleet)).toEqual([200, 200, 200])
  await fleet.atRest(ACCOUNT)
}

describe('a backup from before what the gateways remember', () => {
  it('is taken by nobody as it is; after an operator’s word they tell what they know, and go on', async () => {
    const fleet = await start('10', { ownClock: true })
    const { server } = fleet
    const files = join(server.folder, 'appendonlydir')
    const backup = mkdtempSync(join(tmpdir(), 'tollgate-backup-'))
    closeAfter(async () => rmSync(backup, { recursive: true }))
    const advance = (ms: number) => Promise.all(fleet.gateways.map((gateway) => gateway.advance(ms)))

    await serveAll(fleet)
    cpSync(files, backup, { recursive: true })
    // Three calls that nobody remembers any more, and three that are remembered.
    await serveAll(fleet)
    await advance(REMEMBERED_MS + 1)
    await serveAll(fleet)
    const sequence = Number(await server.call('hget', META, 'q'))

    await server.kill()
    rmSync(files, { recursive: true })
    cpSync(backup, files, { recursive: true })
    await server.restart()
    await until('the gateways are connected again, and refuse', () => expectClosed(fleet).then(() => true))
    expect(await fleet.standing(ACCOUNT)).toMatchObject({ spent: 3 * HELD })
    expect(await server.call('hget', META, 'ep')).toBe('0')

    await acceptRedisLoss(server.url, { org: ORG, sequence })
    await advance(CLOSED_MS)
    await until('all serve again', async () => {
      const statuses = await askAll(fleet)
      return statuses.every((status) => status === 200)
    })
    const forgotten = await until('they have told what they know', async () => {
      const { spent, reserved } = await fleet.standing(ACCOUNT)
      const missing = fleet.provider.totals().nanoUsd - spent
      expect(missing).toBeGreaterThanOrEqual(3 * HELD)
      return reserved === 0 && missing === 3 * HELD && missing
    })
    tried({
      fault: 'a backup restored, older than what gateways remember',
      promised: 'closed until an operator accepts the loss',
      happened: `closed; then ${usd(forgotten)} of ${usd(fleet.provider.totals().nanoUsd)} forgotten`,
      bound: 'what the backup lacks and nobody remembers',
    })
  })
})

describe('books that are gone (FLUSHALL)', () => {
  it('refuse everybody and are begun anew by nobody, whatever is still to be told', async () => {
    const door = gate()
    const fleet = await start('10', {
      provider: { behave: () => ({ pause: { afterChunks: STILL, until: door } }) },
    })
    const { ended } = await openStreams(fleet, 0, 3)
    await fleet.server.call('flushall')
    await expectClosed(fleet)
    door.open()
    expect((await ended).every(({ whole }) => whole)).toBe(true)
    await expectClosed(fleet)
    expect(await fleet.server.call('dbsize')).toBe(0)
    tried({
      fault: 'FLUSHALL, 3 streams open',
      promised: 'closed',
      happened: '18 × 503, nothing written',
      bound: '$0 overspent; the books are gone',
    })
  })
})

describe('a Redis whose memory is full', () => {
  it('refuses to reserve, and books what ends', async () => {
    const door = gate()
    const fleet = await start('10', {
      provider: { behave: () => ({ pause: { afterChunks: STILL, until: door } }) },
    })
    const streams = []
    for (const at of GATEWAYS) streams.push(await openStreams(fleet, at, 3))
    await fleet.server.call('config', 'set', 'maxmemory', '1mb')
    await expectClosed(fleet)
    door.open()
    for (const { ended } of streams) expect((await ended).every(({ whole }) => whole)).toBe(true)
    expect(await fleet.atRest(ACCOUNT)).toMatchObject({ spent: 9 * COST })
    expect(fleet.provider.totals().nanoUsd).toBe(9 * COST)
    await fleet.server.call('config', 'set', 'maxmemory', '0')
    await serveAll(fleet)
    tried({
      fault: 'maxmemory reached, 9 streams open',
      promised: 'reserves refused, settles booked',
      happened: `9 × 503, books ${usd(9 * COST)} = provider`,
      bound: '$0',
    })
  })
})

/** Other people's keys, until Redis throws away one of ours. */
const FOREIGN = `
for at = 1, 500 do redis.call('SET', 'foreign:' .. ARGV[1] .. ':' .. at, string.rep('x', 1000)) end`

describe('a Redis that evicts (allkeys-lru)', () => {
  it('is refused at start; and whoever uses it all the same is refused, rather than given a new budget', async () => {
    const fleet = await start('0.30')
    const { server } = fleet
    await serveAll(fleet)
    expect(await askAll(fleet)).toEqual([429, 429, 429])
    await server.call('config', 'set', 'maxmemory-policy', 'allkeys-lru')
    expect(await examineRedis(server.url)).toMatchObject([{ check: 'eviction', level: 'refuse' }])

    await server.call('config', 'set', 'maxmemory-samples', '64')
    await server.call('config', 'set', 'maxmemory', '3mb')
    let round = 0
    await until('the account is gone', async () => {
      await server.call('eval', FOREIGN, 0, round++)
      return (await server.call('exists', `tg:1:{acme}:a:${ACCOUNT}`)) === 0
    })
    await expectClosed(fleet)
    expect(fleet.provider.totals().nanoUsd).toBe(3 * HELD)
    tried({
      fault: 'allkeys-lru, and an account that is evicted',
      promised: 'refused by the doctor; closed',
      happened: `refused; 9 × 503, ${usd(3 * HELD)} of $0.3 bought`,
      bound: '$0',
    })
  })
})
