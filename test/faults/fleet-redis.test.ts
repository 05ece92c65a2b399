import { gate } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { type Answer, type GatewayFleet, startFleet } from '../support/fleet-gateways.ts'
import { ACCOUNT, CAP, COST, caller, HELD, openStreams, STILL, usd } from '../support/fleet-streams.ts'
import { faultTable } from '../support/fleet-table.ts'
import { until } from '../support/redis.ts'

/** Four times the usual: the streams of a test must not be refused because the machine has other work. */
const DEADLINE_MS = 2000
/** Refused at once, or after a deadline and a few more of a machine that has other work: never a client's own time-out. */
const SOON_MS = 5 * DEADLINE_MS
const GATEWAYS = [0, 1, 2]

const tried = faultTable()

/** Nine streams, three by each gateway: a third of them, and the rest, go on when the test says so. */
async function running() {
  const [first, rest] = [gate(), gate()]
  let begun = 0
  const fleet = await startFleet({
    deadlineMs: DEADLINE_MS,
    provider: {
      behave: ({ body }) =>
        (body as { stream?: boolean }).stream
          ? { pause: { afterChunks: STILL, until: begun++ % 3 === 0 ? first : rest } }
          : {},
    },
  })
  closeAfter(fleet.close)
  await fleet.budget(ACCOUNT, '100')
  const streams = []
  for (const at of GATEWAYS) streams.push(await openStreams(fleet, at, 3))
  const ended = Promise.all(streams.map((stream) => stream.ended)).then((answers) => answers.flat())
  return { fleet, first, rest, ended }
}

/** Ask every gateway a few times at once. */
function askAll(fleet: GatewayFleet): Promise<Answer[]> {
  return Promise.all(
    GATEWAYS.flatMap((at) => Array.from({ length: 4 }, () => fleet.call(at, { caller, cap: CAP }))),
  )
}

/** Every gateway refuses, in time, and the provider hears nothing of it. */
async function expectRefusals(fleet: GatewayFleet): Promise<number> {
  const { requests } = fleet.provider.totals()
  const answers = await askAll(fleet)
  for (const { status, text } of answers) {
    expect(status).toBe(503)
    expect(text).toContain('ledger_unavailable')
  }
  expect(fleet.provider.totals().requests).toBe(requests)
  const slowest = Math.max(...answers.map(({ tookMs }) => tookMs))
  expect(slowest).toBeLessThan(SOON_MS)
  return Math.round(slowest)
}

/** Resolves once a gateway serves again; until then it refuses, and neither it nor the provider does anything else. */
const servesAgain = (fleet: GatewayFleet, at: number) =>
  until(`gateway ${at} serves again`, async () => {
    const { status } = await fleet.call(at, { caller, cap: CAP })
    expect([200, 503]).toContain(status)
    return status === 200
  })

describe('a Redis that is killed (kill -9) and started again on its append-only file', () => {
  it('has lost nothing; meanwhile the gateways refuse, and then the books are the provider’s count', async () => {
    const { fleet, first, rest, ended } = await running()
    await Promise.all(GATEWAYS.map((at) => fleet.call(at, { caller, cap: CAP })))
    const before = await until('three are settled', async () => {
      const stands = await fleet.standing(ACCOUNT)
      return stands.spent === 3 * HELD && stands
    })
    expect(before).toEqual({ spent: 3 * HELD, reserved: 9 * HELD, unconfirmed: 0 })

    await fleet.server.kill()
    const slowest = await expectRefusals(fleet)
    // What ends now is owed, and cannot be told to anybody.
    first.open()
    await fleet.provider.waitFor(({ openStreams }) => openStreams === 6)
    await fleet.server.restart()
    await Promise.all(GATEWAYS.map((at) => servesAgain(fleet, at)))
    rest.open()
    expect((await ended).every(({ whole }) => whole)).toBe(true)

    const { nanoUsd } = fleet.provider.totals()
    expect(nanoUsd).toBe(9 * COST + 6 * HELD)
    expect(await fleet.atRest(ACCOUNT)).toEqual({ spent: nanoUsd, reserved: 0, unconfirmed: 0 })
    tried({
      fault: 'kill -9 of Redis, restart on its AOF, 9 streams',
      promised: '503 meanwhile, nothing lost',
      happened: `503 within ${slowest} ms, books ${usd(nanoUsd)} = provider`,
      bound: '$0',
    })
  })
})

/** @see PAINS P8: LiteLLM #36804, #40620: every request hangs. */
describe('P8: a Redis that stands still (SIGSTOP)', () => {
  it('is refused within the deadline; nothing is bought on an unknown reserve, and nothing stays held', async () => {
    const { fleet, first, rest, ended } = await running()
    fleet.server.pause()
    const slowest = await expectRefusals(fleet)
    first.open()
    await fleet.provider.waitFor(({ openStreams }) => openStreams === 6)
    // By now nobody asks any more but a probe.
    await expectRefusals(fleet)
    fleet.server.resume()
    await Promise.all(GATEWAYS.map((at) => servesAgain(fleet, at)))
    rest.open()
    expect((await ended).every(({ whole }) => whole)).toBe(true)

    const { nanoUsd } = fleet.provider.totals()
    expect(nanoUsd).toBe(9 * COST + 3 * HELD)
    expect(await fleet.atRest(ACCOUNT)).toEqual({ spent: nanoUsd, reserved: 0, unconfirmed: 0 })
    tried({
      fault: 'SIGSTOP of Redis, SIGCONT, 24 calls and 9 streams',
      promised: '503 in time, no call on an unknown reserve',
      happened: `503 within ${slowest} ms, books ${usd(nanoUsd)} = provider`,
      bound: '$0',
    })
  })
})
