import { ledgerConformance } from '@tollgate/kit/conformance'
import { examineRedis } from '@tollgate/kit/ledger/redis'
import { gate } from '@tollgate/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { startFleet } from '../support/fleet-gateways.ts'
import { ACCOUNT, CAP, COST, caller, HELD, openStreams, STILL, usd } from '../support/fleet-streams.ts'
import { faultTable } from '../support/fleet-table.ts'
import { PROVE } from '../support/prove.ts'
import { valkeyServer } from '../support/redis/valkey.ts'
import { infoOf, type RedisServer, redisServer, redisWithAof, until } from '../support/redis.ts'
import { booksOn } from '../support/stores.ts'

const GATEWAYS = [0, 1, 2]

const program = valkeyServer()
if (!program) console.log('NOT PROVED on Valkey: there is no valkey-server on the PATH')
const tried = faultTable()

describe.skipIf(!program)('on Valkey', () => {
  let server: Promise<RedisServer> | undefined
  const start = () => {
    server ??= redisServer({ program: program! })
    return server
  }
  afterAll(async () => (await server)?.stop())

  ledgerConformance({ describe, it, expect }, booksOn(start), PROVE ? {} : { histories: 2, operations: 500 })

  it('the doctor finds what it finds on a Redis', async () => {
    const found = await examineRedis((await start()).url)
    expect(found.map(({ level, check }) => `${level} ${check}`)).toEqual(['warn persistence'])
    const replica = await redisServer({
      program: program!,
      config: { replicaof: `127.0.0.1 ${(await start()).port}` },
    })
    closeAfter(replica.stop)
    expect((await examineRedis(replica.url)).map(({ check }) => check)).toContain('role')
  })

  it('three gateways lose nothing by a kill -9 of it, nor by its restart', async () => {
    const door = gate()
    const valkey = await redisWithAof('everysec', { program: program! })
    const fleet = await startFleet({
      server: valkey,
      provider: {
        behave: ({ body }) =>
          (body as { stream?: boolean }).stream ? { pause: { afterChunks: STILL, until: door } } : {},
      },
    })
    closeAfter(fleet.close)
    await fleet.budget(ACCOUNT, '10')
    const streams = []
    for (const at of GATEWAYS) streams.push(await openStreams(fleet, at, 3))
    const ask = async () => {
      const answers = await Promise.all(GATEWAYS.map((at) => fleet.call(at, { caller, cap: CAP })))
      return answers.map(({ status }) => status)
    }
    expect(await ask()).toEqual([200, 200, 200])
    await until('they are settled', async () => (await fleet.standing(ACCOUNT)).spent === 3 * HELD)

    await valkey.kill()
    expect(await ask()).toEqual([503, 503, 503])
    await valkey.restart()
    expect(await fleet.standing(ACCOUNT)).toEqual({ spent: 3 * HELD, reserved: 9 * HELD, unconfirmed: 0 })
    await until('all serve again', async () => (await ask()).every((status) => status === 200))
    door.open()
    for (const { ended } of streams) expect((await ended).every(({ whole }) => whole)).toBe(true)
    const { nanoUsd } = fleet.provider.totals()
    expect(nanoUsd).toBeGreaterThanOrEqual(9 * COST + 6 * HELD)
    expect(await fleet.atRest(ACCOUNT)).toEqual({ spent: nanoUsd, reserved: 0, unconfirmed: 0 })
    tried({
      fault: `kill -9 of Valkey ${infoOf(await valkey.call('info', 'server'), 'valkey_version')}, restart on its AOF, 9 streams`,
      promised: '503 meanwhile, nothing lost',
      happened: `books ${usd(nanoUsd)} = provider`,
      bound: '$0',
    })
  })
})
