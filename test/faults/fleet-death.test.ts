import { gate } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { type FleetOptions, type GatewayFleet, startFleet, TOKEN } from '../support/fleet-gateways.ts'
import { storedReservations } from '../support/fleet-records.ts'
import {
  ACCOUNT,
  CAP,
  COST,
  caller,
  expiredOfOne,
  gatewayOf,
  HELD,
  openStreams,
  STILL,
  through,
  usd,
} from '../support/fleet-streams.ts'
import { faultTable } from '../support/fleet-table.ts'
import { until } from '../support/redis.ts'

const tried = faultTable()

async function start(options: FleetOptions): Promise<GatewayFleet> {
  const fleet = await startFleet(options)
  closeAfter(fleet.close)
  return fleet
}

/** Longer than a reservation lives without a heartbeat, ms. */
const LONG_MS = 61_000

/** Let so much time pass for the books of these gateways. */
const outlive = ({ gateways }: GatewayFleet, each: readonly number[]) =>
  Promise.all(each.map((at) => gateways[at]!.advance(LONG_MS)))

/** @see PAINS P5: LiteLLM #30330: a process that dies keeps what it held for ever. */
describe('P5: kill -9 of a gateway with 200 open streams', () => {
  it('is charged by the others in full, unconfirmed, and settled at what its heartbeats saw', async () => {
    const door = gate()
    const fleet = await start({
      ownClock: true,
      provider: {
        // Slow enough for no stream to come to its end before the gateway dies, however long a heartbeat may take.
        behave: (request) =>
          gatewayOf(request) === 0
            ? { chunkIntervalMs: 100 }
            : { pause: { afterChunks: STILL, until: door } },
      },
    })
    await fleet.budget(ACCOUNT, '20.50')
    const others = await openStreams(fleet, 1, 5)
    const dying = await openStreams(fleet, 0, 200)
    // The budget is held to the last cent: neither now nor later is there room for one more.
    expect(await fleet.standing(ACCOUNT)).toMatchObject({ spent: 0, reserved: 205 * HELD })
    expect((await fleet.call(2, { caller, cap: CAP })).status).toBe(429)

    const seen = await until('heartbeats have seen something of every stream', async () => {
      const stored = await storedReservations(fleet.server)
      return stored.every(({ observed }) => observed >= STILL * TOKEN) && stored
    })
    await fleet.gateways[0]!.kill()
    await dying.ended
    await fleet.provider.waitFor(({ openStreams }) => openStreams === 5)
    const billed = through(fleet, 0).reduce((sum, { nanoUsd }) => sum + nanoUsd, 0)
    const seenOfDead = seen.reduce((sum, { observed }) => sum + observed, 0) - 5 * STILL * TOKEN

    await outlive(fleet, [1, 2])
    const owner = await expiredOfOne(fleet, 200)
    // Five of the living may have been taken for dead with them, until their next heartbeat.
    await until('the living live', async () => {
      const { reserved, unconfirmed } = await fleet.standing(ACCOUNT)
      return reserved === 5 * HELD && unconfirmed === 200 * HELD
    })
    const stands = await fleet.standing(ACCOUNT)
    expect(stands.spent + stands.reserved).toBe(205 * HELD)
    expect((await fleet.call(2, { caller, cap: CAP })).status).toBe(429)
    await until('each that was expired has a record', async () => {
      const tallies = await Promise.all([1, 2].map((at) => fleet.gateways[at]!.tally()))
      return tallies.reduce((sum, { expired }) => sum + expired, 0) >= 200
    })

    const { settled, before, after } = await fleet.withLedger((ledger) =>
      // Not of all: some of the living may be taken for dead once more.
      ledger.settleExpired('observed', { owner }),
    )
    expect([settled.length, before]).toEqual([200, 200 * HELD])
    expect(after).toBeGreaterThanOrEqual(seenOfDead)
    expect(after).toBeLessThanOrEqual(billed)

    door.open()
    expect((await others.ended).every(({ whole }) => whole)).toBe(true)
    expect(await fleet.atRest(ACCOUNT)).toMatchObject({ spent: after + 5 * COST })
    tried({
      fault: 'kill -9 of a gateway, 200 open streams',
      promised: `all ${usd(200 * HELD)} that it held unconfirmed`,
      happened: `${usd(before)}, then settled at ${usd(after)} of ${usd(billed)} billed`,
      bound: `generated since its last heartbeat: ${usd(billed - seenOfDead)}`,
    })
  })
})

describe('a gateway that stands still for longer than its reservations live', () => {
  it('is expired by the others, comes back, and books what the provider counts', async () => {
    const [early, late] = [gate(), gate()]
    let begun = 0
    const fleet = await start({
      ownClock: true,
      provider: {
        behave: () => ({ pause: { afterChunks: STILL, until: begun++ % 2 === 0 ? early : late } }),
      },
    })
    await fleet.budget(ACCOUNT, '20')
    const { ended } = await openStreams(fleet, 0, 200)
    expect(await fleet.standing(ACCOUNT)).toMatchObject({ reserved: 200 * HELD })

    fleet.gateways[0]!.pause()
    await outlive(fleet, [1, 2])
    await until('the others have expired them', async () => {
      const { spent, reserved, unconfirmed } = await fleet.standing(ACCOUNT)
      expect(spent + reserved).toBe(200 * HELD)
      return unconfirmed === 200 * HELD
    })
    expect((await fleet.call(1, { caller, cap: CAP })).status).toBe(429)
    // Half of the answers end while nobody is there to read them.
    early.open()
    await fleet.provider.waitFor(({ openStreams }) => openStreams === 100)

    fleet.gateways[0]!.resume()
    await outlive(fleet, [0])
    const revived = await until('half are settled, half live again', async () => {
      const stands = await fleet.standing(ACCOUNT)
      expect(stands.spent + stands.reserved).toBeLessThanOrEqual(200 * HELD)
      // A heartbeat may revive all of them before the first of those that ended is settled.
      return stands.unconfirmed === 0 && stands.reserved === 100 * HELD && stands
    })
    expect(revived.spent).toBe(100 * COST)
    late.open()
    expect((await ended).every(({ whole }) => whole)).toBe(true)
    expect(await fleet.atRest(ACCOUNT)).toMatchObject({ spent: fleet.provider.totals().nanoUsd })
    tried({
      fault: 'SIGSTOP of a gateway with 200 streams beyond their life, SIGCONT',
      promised: 'expired, then corrected or revived',
      happened: `books ${usd(200 * COST)} = provider`,
      bound: '$0',
    })
  })
})

/** @see PAINS P21: LiteLLM #35531, #33872: spend that is lost at shutdown. */
describe('P21: SIGTERM of a gateway with open streams', () => {
  it('lets those end that can, aborts the others, and leaves nothing held', async () => {
    const [open, never] = [gate(), gate()]
    let begun = 0
    const fleet = await start({
      // Time enough for those that can end, also on a busy machine; the others never would.
      graceMs: 10_000,
      provider: {
        behave: () => ({ pause: { afterChunks: STILL, until: begun++ % 2 === 0 ? open : never } }),
      },
    })
    await fleet.budget(ACCOUNT, '100')
    const { ended } = await openStreams(fleet, 0, 200, 2 * STILL)
    const exited = fleet.gateways[0]!.terminate()
    open.open()
    expect(await exited).toBe(0)
    const answers = await ended
    expect(answers.filter(({ whole }) => whole)).toHaveLength(100)
    await fleet.provider.waitFor(({ openStreams }) => openStreams === 0)

    const billed = fleet.provider.totals().nanoUsd
    expect(billed).toBe(100 * 2 * STILL * TOKEN + 100 * STILL * TOKEN)
    const { spent, reserved, unconfirmed } = await fleet.standing(ACCOUNT)
    expect({ reserved, unconfirmed }).toEqual({ reserved: 0, unconfirmed: 0 })
    // Those that were cut are estimated: what was seen, and what the model may have said unseen.
    expect(spent).toBeGreaterThanOrEqual(billed)
    expect(spent).toBeLessThanOrEqual(100 * 2 * STILL * TOKEN + 100 * HELD)
    tried({
      fault: 'SIGTERM of a gateway with 200 streams, half of them endless',
      promised: 'nothing held, provider ≤ charge ≤ reserved',
      happened: `${usd(spent)} charged, ${usd(billed)} billed, $0 held`,
      bound: `the estimate of 100 cut streams: ${usd(spent - billed)}`,
    })
  })
})
