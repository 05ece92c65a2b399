import { redisLedger } from '@tollgate/kit/ledger/redis'
import { describe, expect, it } from 'vitest'
import { randomFrom } from '../../packages/kit/src/conformance/ledger/random.ts'
import { closeAfter } from '../support/close-after.ts'
import { faultTable } from '../support/fleet-table.ts'
import { SECRET } from '../support/gateway.ts'
import { startProgram } from '../support/gateway-program.ts'
import { paidApi } from '../support/passing.ts'
import { until } from '../support/redis.ts'
import { PATIENT } from '../support/redis-books.ts'
import { keys, ORG, redisPlace } from '../support/redis-place.ts'

/** What a second costs at $0.10 a minute, before it is rounded up: nano-USD × 60. */
const MINUTE = 100_000_000
const DOLLAR = 1_000_000_000

const tried = faultTable()

/**
 * Three gateways of a fleet, each `tollgate start` in a process of its own on one config, before an API that is paid by the
 * minute; and what the API has billed, by its own count.
 *
 * @param reserveMinutes how long a recording may be, by the config.
 * @param nextSeconds how long the next recording is.
 */
async function paidFleet(reserveMinutes: number, nextSeconds: () => number) {
  const billed = { calls: 0, nanoUsd: 0 }
  const api = await paidApi((res) => {
    const duration = nextSeconds()
    billed.calls += 1
    billed.nanoUsd += Math.ceil((duration * MINUTE) / 60)
    res.writeHead(200, { 'content-type': 'application/json' })
    res.end(JSON.stringify({ metadata: { duration } }))
  })
  const place = await redisPlace(keys(1))
  place.edit(
    'providers:',
    `providers:
  scribe:
    dialect: http
    baseUrl: "${api.url}"
    auth: { header: authorization, value: "Token \${PROVIDER_KEY}" }
    meter: { unit: minute, usd: "0.10", from: metadata.duration, divide: 60, reserve: ${reserveMinutes} }`,
  )
  const gateways = await Promise.all([1, 2, 3].map(() => startProgram(place)))
  const books = redisLedger(place.redis.url, PATIENT)
  closeAfter(() => books.close())

  /** As clients do: whoever hears that the books were too busy to be asked has bought nothing, and asks again. */
  async function ask(at: number): Promise<{ readonly status: number; readonly text: string }> {
    for (;;) {
      const answer = await fetch(`${gateways[at % 3]!.url}/scribe/v1/listen?call=${at}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${SECRET}`, 'content-type': 'audio/wav' },
        body: 'audio',
      })
      const text = await answer.text()
      if (!text.includes('"ledger_unavailable"')) return { status: answer.status, text }
    }
  }

  return {
    billed,
    /** Ask so often at once, each time another gateway than the time before. */
    askAtOnce: (calls: number) => Promise.all(Array.from({ length: calls }, (_, at) => ask(at))),
    /** Once nothing is held; read by a ledger that no gateway has. */
    atRest: () =>
      until('the key is at rest', async () => {
        const [state] = await books.read(ORG, ['key:ada'])
        const { spent, reserved, unconfirmed } = state!
        return reserved === 0 && { spent, unconfirmed }
      }),
  }
}

/** @see PAINS P1: LiteLLM #34732, #18730, Envoy #680, higress #2464: check, then act. */
describe('P1, three gateways before an API that is paid by the minute', () => {
  it('serve exactly the ten of ninety parallel calls that $1 pays for', async () => {
    const { billed, askAtOnce, atRest } = await paidFleet(1, () => 60)
    const answers = await askAtOnce(90)
    const refused = answers.filter(({ status }) => status === 429)
    expect([answers.filter(({ status }) => status === 200).length, refused.length]).toEqual([10, 80])
    for (const { text } of refused) expect(text).toMatch(/"budget_(exceeded|reserved)"/)
    expect(billed).toEqual({ calls: 10, nanoUsd: DOLLAR })
    expect(await atRest()).toEqual({ spent: DOLLAR, unconfirmed: 0 })
    tried({
      fault: 'P1: 90 parallel calls of $0.10 on $1, of an API paid by the minute',
      promised: '10 served, 80 refused',
      happened: `${billed.calls} served, ${refused.length} refused, billed $${billed.nanoUsd / DOLLAR}`,
      bound: '$0',
    })
  })

  it('never pass it at random lengths, and book what the API counted', async () => {
    const random = randomFrom(4)
    const { billed, askAtOnce, atRest } = await paidFleet(2, () => random.int(121))
    for (let round = 1; round <= 5; round += 1) {
      await askAtOnce(60)
      expect(await atRest()).toEqual({ spent: billed.nanoUsd, unconfirmed: 0 })
      expect(billed.nanoUsd).toBeLessThanOrEqual(DOLLAR)
    }
    // What is left would not pay for the longest recording: all that fitted was served.
    expect(DOLLAR - billed.nanoUsd).toBeLessThan(2 * MINUTE)
    tried({
      fault: 'P1: 300 parallel calls of random lengths on $1, of an API paid by the minute',
      promised: 'at most $1, booked as billed',
      happened: `billed $${billed.nanoUsd / DOLLAR}, books the same`,
      bound: '$0',
    })
  })
})
