import { priceBook, unitMeter } from '@tollgate/kit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type PaidApi, paidApi, passingService, type Serving, says } from '../support/passing.ts'
import { BUDGETS } from '../support/two-apis.ts'

const MINUTE = { unit: 'minute', usd: '0.10', from: 'metadata.duration', divide: 60 }
const metered = ({ url }: PaidApi, reserve: number) =>
  ({
    name: 'scribe',
    dialect: 'http',
    baseUrl: url,
    auth: { header: 'authorization', value: 'Token of-the-operator' },
    meter: unitMeter({ ...MINUTE, reserve }),
  }) as const
const heard = (duration: unknown) => says({ metadata: { duration } })
const CENT = 10_000_000
const budgets = [{ limit_usd: '1.00', period: 'daily' as const }]
const POST = { method: 'POST', body: 'audio' }

async function scribe(answer: Serving, { reserve = 2, limit = '1.00' } = {}) {
  const api = await paidApi(answer)
  const service = await passingService({
    providers: [metered(api, reserve)],
    budgets: [{ limit_usd: limit, period: 'daily' }],
  })
  return { api, ...service, ask: () => service.fetch('/scribe/v1/listen', POST) }
}

/** @see PAINS P1: LiteLLM #34732, #18730, Envoy #680, higress #2464: check, then act. */
describe('P1, on an API that is paid by the minute', () => {
  it('a thousand parallel calls of $0.10 on $1 are ten served, and 990 refused', async () => {
    const { api, ask, books, atRest } = await scribe(heard(60), { reserve: 1 })
    const answers = await Promise.all(
      Array.from({ length: 1000 }, async () => {
        const answer = await ask()
        return { status: answer.status, text: await answer.text() }
      }),
    )
    await atRest()
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10)
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused).toHaveLength(990)
    for (const { text } of refused) expect(text).toMatch(/"budget_(exceeded|reserved)"/)
    expect(api.arrived).toHaveLength(10)
    expect(await books()).toMatchObject({ spent: 100 * CENT, reserved: 0, unconfirmed: 0 })
  })

  it('at random durations the limit holds, and the books have what the API counted', async () => {
    const second = fc.integer({ min: 0, max: 120 })
    await fc.assert(
      fc.asyncProperty(fc.array(second, { minLength: 40, maxLength: 40 }), async (durations) => {
        const queue = [...durations]
        let billed = 0
        const { ask, books, atRest } = await scribe((res, req) => {
          const seconds = queue.shift() ?? 0
          billed += Math.ceil((seconds * 100_000_000) / 60)
          heard(seconds)(res, req)
        })
        await Promise.all(durations.map(async () => (await ask()).text()))
        await atRest()
        expect((await books()).spent).toBe(billed)
        expect(billed).toBeLessThanOrEqual(1_000_000_000)
      }),
      { numRuns: 6 },
    )
  })
})

describe('what an answer says of its cost', () => {
  it.each<[string, Serving, number]>([
    ['a number', heard(90), 15 * CENT],
    ['a decimal in quotes', heard('90.0'), 15 * CENT],
    ['nothing', heard(0), 0],
    ['no number: what was reserved', says({ metadata: {} }), 20 * CENT],
    [
      'a number, before five megabytes',
      says({ metadata: { duration: 90 }, words: 'w'.repeat(5e6) }),
      15 * CENT,
    ],
    ['a number, behind them', says({ words: 'w'.repeat(5e6), metadata: { duration: 90 } }), 15 * CENT],
    ['a negative number: what was reserved', heard(-1), 20 * CENT],
    ['an absurd number: what was reserved', heard(1e40), 20 * CENT],
    ['a list: what was reserved', says([1]), 20 * CENT],
    [
      'no JSON, whatever its head says: what was reserved',
      (res) => res.setHeader('content-type', 'application/json').end('{"metadata":{"duration":1'),
      20 * CENT,
    ],
    ['text: what was reserved', (res) => res.setHeader('content-type', 'text/plain').end('1'), 20 * CENT],
    [
      'a stream: what was reserved',
      (res) =>
        res.setHeader('content-type', 'text/event-stream').end('data: {"metadata":{"duration":1}}\n\n'),
      20 * CENT,
    ],
    ['no body: what was reserved', (res) => res.writeHead(204).end(), 20 * CENT],
    ['more than was reserved: all of it', heard(180), 30 * CENT],
    ['a refusal: nothing', says({ error: 'unsupported' }, 400), 0],
    ['a refusal that says a cost: that', says({ metadata: { duration: 30 } }, 422), 5 * CENT],
    ['a fault: nothing', says({ error: 'oops' }, 500), 0],
    ['that something lost it: what was reserved', says({ error: 'gone' }, 504), 20 * CENT],
    [
      'a redirect after it was done: what was reserved',
      (res) => res.writeHead(303, { location: '/x' }).end(),
      20 * CENT,
    ],
    ['a redirect: nothing', (res) => res.writeHead(302, { location: '/x' }).end(), 0],
  ])('%s', async (_, answer, spent) => {
    const { ask, books, atRest } = await scribe(answer)
    await (await ask()).text()
    await atRest()
    expect(await books()).toMatchObject({ spent, reserved: 0, unconfirmed: 0 })
  })

  it('more than the limit is booked as it was, and stops what comes next', async () => {
    const { ask, books, atRest, api } = await scribe(heard(1_200))
    expect((await ask()).headers.get('x-tollgate-cost-usd')).toBe('2.000000000')
    await atRest()
    expect(await books()).toMatchObject({ spent: 200 * CENT })
    expect((await ask()).status).toBe(429)
    expect(api.arrived).toHaveLength(1)
  })
})

describe('what nobody has said the cost of', () => {
  const openai = ({ url }: PaidApi) => ({ name: 'openai', dialect: 'openai', baseUrl: `${url}/v1` }) as const
  const BATCH = {
    method: 'POST',
    body: '{"input_file_id":"file-1"}',
    headers: { 'content-type': 'text/plain' },
  }

  it.each(['ceiling', 'refuse'] as const)(
    'is refused under a budget in USD, whatever unknown_price says: %s',
    async (unknownPrice) => {
      const api = await paidApi(says({}))
      const { fetch, books } = await passingService({
        providers: [openai(api), { name: 'scribe', dialect: 'http', baseUrl: api.url }],
        budgets,
        reserve: { prices: priceBook({ unknownPrice }) },
      })
      for (const path of [
        '/v1/batches',
        '/openai/v1/fine_tuning/jobs',
        '/v1/unheard-of',
        '/scribe/v1/listen',
      ]) {
        const answer = await fetch(path, BATCH)
        expect(answer.status).toBe(400)
        expect(await answer.json()).toMatchObject({ error: { code: 'price_unknown' } })
      }
      expect(api.arrived).toEqual([])
      expect(await books()).toMatchObject({ spent: 0, reserved: 0 })
    },
  )

  it('passes where budgets only observe, and says what it would have been refused with', async () => {
    const api = await paidApi(says({}))
    const { fetch } = await passingService({
      providers: [openai(api)],
      budgets: BUDGETS,
      reserve: { mode: 'observe' },
    })
    const answer = await fetch('/v1/unheard-of', BATCH)
    expect([answer.status, answer.headers.get('x-tollgate-would-refuse')]).toEqual([200, 'price_unknown'])
    expect((await fetch('/v1/files')).headers.get('x-tollgate-would-refuse')).toBeNull()
    expect(api.arrived).toHaveLength(2)
  })

  it('is refused under a budget in tokens at a provider of models, and not at one of none', async () => {
    const api = await paidApi(says({}))
    const { fetch } = await passingService({
      providers: [openai(api), metered(api, 1)],
      budgets: [{ limit_tokens: 1000, period: 'daily' }],
    })
    expect((await fetch('/v1/batches', BATCH)).status).toBe(400)
    expect((await fetch('/v1/batches')).status).toBe(200)
    expect((await fetch('/scribe/v1/listen', POST)).status).toBe(200)
  })

  it('passes without such a budget, and counts as a request', async () => {
    const api = await paidApi(says({ id: 'batch_1' }))
    const { fetch, books, atRest } = await passingService({
      providers: [openai(api)],
      budgets: [{ limit_requests: 3, period: 'daily' }],
    })
    const statuses: number[] = []
    for (const path of ['/v1/batches', '/v1/files', '/v1/unheard-of', '/v1/batches'])
      statuses.push((await fetch(path, BATCH)).status)
    expect(statuses).toEqual([200, 200, 200, 429])
    await atRest()
    expect(await books()).toMatchObject({ spent: 0 })
  })

  it('passes at a price for each request, where a meter says one', async () => {
    const api = await paidApi(says({ id: 'batch_1' }))
    const meters = { 'POST /v1/batches': unitMeter({ unit: 'batch', usd: '0.40' }) }
    const { fetch, books, atRest } = await passingService({
      providers: [{ ...openai(api), meters }],
      budgets,
    })
    const ask = async (path: string, method = 'POST') => (await fetch(path, { ...BATCH, method })).status
    expect(await ask('/v1/batches')).toBe(200)
    expect(await ask('/openai/batches')).toBe(200)
    expect(await ask('/v1/batches')).toBe(429)
    // What the meter is not for costs what it always did: nothing, or nobody knows.
    expect(await ask('/v1/batches/batch_1/cancel')).toBe(200)
    expect(await ask('/v1/batchesque')).toBe(400)
    await atRest()
    expect(await books()).toMatchObject({ spent: 80 * CENT })
  })

  it('costs nothing at a provider that costs nothing', async () => {
    const api = await paidApi(says({}))
    const { fetch } = await passingService({ providers: [{ ...openai(api), billing: 'none' }], budgets })
    expect((await fetch('/v1/batches', BATCH)).status).toBe(200)
  })
})
