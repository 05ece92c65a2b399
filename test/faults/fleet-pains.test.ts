import { afterAll, beforeAll, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { type GatewayFleet, metadataOf, startFleet, TOKEN } from '../support/fleet-gateways.ts'
import { faultTable } from '../support/fleet-table.ts'
import { until } from '../support/redis.ts'

const CENT = 10_000_000
const GATEWAYS = [0, 1, 2]

const tried = faultTable()
let fleet: GatewayFleet
beforeAll(async () => {
  fleet = await startFleet()
})
afterAll(() => fleet.close())

/** What the provider has counted for a key. */
const countedFor = (key: string) =>
  fleet.provider.requests
    .filter((request) => metadataOf(request).key === key)
    .reduce((sum, { nanoUsd }) => sum + nanoUsd, 0)

/** @see PAINS P2: LiteLLM #40002 (a reservation is cut down to what is left, and the call goes out as it was). */
it('P2: a call that may cost more than is left is refused before the provider hears of it, and not cut down to fit', async () => {
  const caller = { key: 'almost-empty' }
  await fleet.budget('key:almost-empty', '0.35')
  expect((await fleet.call(0, { caller, cap: 3000 })).status).toBe(200)
  await fleet.atRest('key:almost-empty')
  const { requests } = fleet.provider.totals()
  const refused = await Promise.all(GATEWAYS.map((at) => fleet.call(at, { caller, cap: 3000, length: 1 })))
  for (const { status, text } of refused) {
    expect(status).toBe(429)
    expect(text).toContain('budget_exceeded')
  }
  expect(fleet.provider.totals().requests).toBe(requests)
  // What does fit is served, with the cap that was asked for.
  expect((await fleet.call(1, { caller, cap: 500 })).status).toBe(200)
  expect(fleet.provider.requests.at(-1)!.body).toMatchObject({ max_tokens: 500 })
  expect(await fleet.atRest('key:almost-empty')).toMatchObject({ spent: 35 * CENT })
  expect(countedFor('almost-empty')).toBe(35 * CENT)
  tried({
    fault: 'P2: $0.05 left, calls that may cost $0.30',
    promised: '429, nothing sent',
    happened: '3 × 429; then $0.05 bought by a call that fits',
    bound: '$0',
  })
})

/** @see PAINS P17: LiteLLM #30776, #25760: a limit that is changed, and the hot path does not know. */
it('P17: a limit that is lowered or raised while gateways are at work counts for every call from then on', async () => {
  const caller = { key: 'changed' }
  await fleet.budget('key:changed', '10')
  let stopped = false
  const traffic = GATEWAYS.map(async (at) => {
    while (!stopped) await fleet.call(at, { caller, cap: 10 })
  })
  closeAfter(async () => {
    stopped = true
    await Promise.all(traffic)
  })
  const ask = async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, at) => fleet.call(at % 3, { caller, cap: 10 })),
    )
    return new Set(answers.map(({ status }) => status))
  }
  for (let round = 1; round <= 3; round++) {
    await until('they are at work', () => countedFor('changed') > 3 * round * 10 * TOKEN)
    expect(await ask()).toEqual(new Set([200]))
    // Below what is spent already: nothing new, whichever gateway is asked.
    await fleet.budget('key:changed', '0.001')
    const { reached } = fleet.provider.totals()
    expect(await ask()).toEqual(new Set([429]))
    expect(fleet.provider.totals().reached - reached).toBeLessThanOrEqual(GATEWAYS.length)
    await fleet.budget('key:changed', '10')
    expect(await ask()).toEqual(new Set([200]))
  }
  stopped = true
  await Promise.all(traffic)
  expect(await fleet.atRest('key:changed')).toMatchObject({ spent: countedFor('changed') })
  tried({
    fault: 'P17: a limit lowered and raised three times under load',
    promised: 'every call from then on goes by it',
    happened: `36 × 200, 36 × 429, 36 × 200; books ${countedFor('changed') / 1e9} = provider`,
    bound: '$0',
  })
})
