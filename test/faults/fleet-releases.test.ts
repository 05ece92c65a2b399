import { hash } from 'node:crypto'
import { join } from 'node:path'
import { gate } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { SCRIPTS } from '../../packages/kit/src/ledger/redis/scripts/catalog.ts'
import { closeAfter } from '../support/close-after.ts'
import { type FleetOptions, type GatewayFleet, startFleet } from '../support/fleet-gateways.ts'
import type { ProcessOptions } from '../support/fleet-process.ts'
import {
  ACCOUNT,
  CAP,
  COST,
  caller,
  expiredOfOne,
  HELD,
  openStreams,
  STILL,
  usd,
} from '../support/fleet-streams.ts'
import { faultTable } from '../support/fleet-table.ts'
import { type Release, scriptOf } from '../support/other-release.ts'
import { PROVE } from '../support/prove.ts'

const META = 'tg:1:{acme}:meta'
const HOOK = join(import.meta.dirname, '../support/other-release.ts')

/** Longer than a reservation lives without a heartbeat, ms. */
const LONG_MS = 61_000

const tried = faultTable()

/** Which of them is killed. */
const [NEWER, OLDER] = [
  { dies: 'newer', at: 0 },
  { dies: 'older', at: 1 },
]

const current: ProcessOptions = {}
const of = (release: Release): ProcessOptions => ({ hook: HOOK, env: { OTHER_RELEASE: release } })

async function start(
  processes: readonly ProcessOptions[],
  options: FleetOptions = {},
): Promise<GatewayFleet> {
  const fleet = await startFleet({ processes, ...options })
  closeAfter(fleet.close)
  return fleet
}

/** Which texts of the reserve script Redis has been told: that of this release, that of the other. */
function knownReserves({ server }: GatewayFleet, release: Release): Promise<unknown> {
  const { lua } = SCRIPTS.find(({ name }) => name === 'reserve')!
  const texts = [lua, scriptOf(release, lua)]
  return server.call('script', 'exists', ...texts.map((text) => hash('sha1', text)))
}

/** Everything that is in Redis, down to the last bit. */
const everything = ({ server }: GatewayFleet) => server.call('eval', DIGEST, 0)
const DIGEST = `
local all = redis.call('KEYS', '*')
table.sort(all)
for at, key in ipairs(all) do all[at] = key .. ' ' .. redis.sha1hex(redis.call('DUMP', key)) end
return all`

describe('two releases with the same layout on one Redis', () => {
  it('admit together exactly what the limit allows', async () => {
    const fleet = await start([current, of('older'), of('older')])
    await fleet.budget(ACCOUNT, '1')
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, at) => fleet.call(at % 3, { caller, cap: CAP })),
    )
    const byStatus = (status: number) => answers.filter((answer) => answer.status === status).length
    expect([byStatus(200), byStatus(429)]).toEqual([10, 290])
    expect(fleet.provider.totals().nanoUsd).toBe(10 * HELD)
    expect(await fleet.atRest(ACCOUNT)).toMatchObject({ spent: 10 * HELD })
    expect(await knownReserves(fleet, 'older')).toEqual([1, 1])
    tried({
      fault: 'two releases of the scripts, 300 parallel calls of $0.10 on $1',
      promised: '10 served, 290 refused',
      happened: `${byStatus(200)} served, ${byStatus(429)} refused, each by its own scripts`,
      bound: '$0',
    })
  })

  it.each(PROVE ? [NEWER, OLDER] : [NEWER])(
    'expire what the other has left behind: the $dies one is killed',
    async ({ dies, at }) => {
      const door = gate()
      const fleet = await start([current, of('older')], {
        ownClock: true,
        provider: { behave: () => ({ pause: { afterChunks: STILL, until: door } }) },
      })
      await fleet.budget(ACCOUNT, '10')
      await openStreams(fleet, at, 5)
      const others = await openStreams(fleet, 1 - at, 3)
      await fleet.gateways[at]!.kill()
      await fleet.gateways[1 - at]!.advance(LONG_MS)
      const owner = await expiredOfOne(fleet, 5)
      const { spent, reserved } = await fleet.standing(ACCOUNT)
      expect(spent + reserved).toBe(8 * HELD)
      const { settled, after } = await fleet.withLedger((ledger) => ledger.settleExpired('zero', { owner }))
      expect([settled.length, after]).toEqual([5, 0])
      door.open()
      expect((await others.ended).every(({ whole }) => whole)).toBe(true)
      expect(await fleet.atRest(ACCOUNT)).toMatchObject({ spent: 3 * COST })
      tried({
        fault: `kill -9 of a gateway of the ${dies} release, 5 streams`,
        promised: 'the other release expires them',
        happened: `${usd(5 * HELD)} unconfirmed, ${usd(3 * COST)} of the other's own booked`,
        bound: `what it held: ${usd(5 * HELD)}`,
      })
    },
  )
})

describe('a release with another layout', () => {
  it('refuses the books that it does not know, changes nothing in them, and leaves the others at work', async () => {
    const fleet = await start([current, current, of('other layout')])
    await fleet.budget(ACCOUNT, '10')
    const ask = async () => {
      const answers = await Promise.all([0, 1, 2].map((at) => fleet.call(at, { caller, cap: CAP })))
      return answers.map(({ status }) => status)
    }
    expect(await ask()).toEqual([200, 200, 503])
    await fleet.atRest(ACCOUNT)
    const before = await everything(fleet)
    const refused = await Promise.all(Array.from({ length: 20 }, () => fleet.call(2, { caller, cap: CAP })))
    expect(refused.map(({ status }) => status)).toEqual(Array(20).fill(503))
    expect(await everything(fleet)).toEqual(before)
    expect(await ask()).toEqual([200, 200, 503])
    await fleet.atRest(ACCOUNT)

    // The other way round: books that a newer release has taken over.
    await fleet.server.call('hset', META, 'lv', 2)
    const taken = await everything(fleet)
    for (const at of [0, 1]) expect((await fleet.call(at, { caller, cap: CAP })).status).toBe(503)
    await expect(fleet.standing(ACCOUNT)).rejects.toThrow('have layout 2')
    expect(await everything(fleet)).toEqual(taken)
    expect((await fleet.call(2, { caller, cap: CAP })).status).toBe(200)
    expect(fleet.provider.totals().nanoUsd).toBe(5 * HELD)
    tried({
      fault: 'a gateway of another layout, and books of another layout',
      promised: 'refused, nothing changed',
      happened: '22 × 503 and 2 × 503, every key as it was; the others serve',
      bound: '$0',
    })
  })
})
