import { sqliteLedger } from '@tollgate/kit/ledger/sqlite'
import { overloaded, serverError } from '@tollgate/testing'
import { beforeAll, expect, it } from 'vitest'
import { outages, seeded } from '../support/outages.ts'
import { PROVE } from '../support/prove.ts'
import { freshPath } from '../support/sqlite-file.ts'
import { loadVocabulary, threeProviders } from './three-providers.ts'

beforeAll(loadVocabulary, 60_000)

const MINUTES = PROVE ? 10 : 1
const EVERY_MS = PROVE ? 50 : 100
const REQUESTS = (MINUTES * 60_000) / EVERY_MS
const AT_ONCE = 8
/** Of the calls of a provider that is well, so many fail all the same. */
const BLIPS = 0.01
const LONG_MS = PROVE ? 3_600_000 : 120_000
const seed = PROVE ? Number(process.env.TOLLGATE_SEED ?? Date.now() % 2 ** 31) : 4

it('minutes of outages under a steady load: who can be served is, with a fifth more calls at most, and the books are the providers’ count', {
  timeout: LONG_MS,
}, async () => {
  const random = seeded(seed)
  const { isDown, isOneWell } = outages(random, { minutes: MINUTES })
  /** Time is what the load says it is: a request every so many ms. */
  let elapsedMs = 0
  const startedAtMs = Date.now()
  const bench = await threeProviders({
    limitUsd: '1000',
    ledger: sqliteLedger(freshPath()),
    retries: { baseMs: 1, maxMs: 5, random },
    // A status says that nothing was generated: what is billed is certain. None says for how long to wait, in real time.
    behave(provider) {
      if (isDown(provider, elapsedMs)) return overloaded
      return random() < BLIPS ? serverError : undefined
    },
    calling: { clock: { now: () => startedAtMs + elapsedMs } },
  })
  const tally = { asked: 0, answered: 0, servable: 0, lost: 0 }
  const ask = async () => {
    const fromMs = elapsedMs
    elapsedMs += EVERY_MS
    tally.asked += 1
    const answer = await bench.ask({ stream: tally.asked % 4 === 0 })
    await answer.text()
    if (answer.ok) tally.answered += 1
    if (!isOneWell(fromMs, elapsedMs)) return
    tally.servable += 1
    if (!answer.ok) tally.lost += 1
  }
  const worker = async () => {
    while (tally.asked < REQUESTS) await ask()
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))

  await expect.poll(() => bench.tried.length, { timeout: 40_000 }).toBe(tally.asked)
  const spent = await bench.books()
  const counts = [bench.a, bench.b, bench.c].map((provider) => provider.totals())
  const calls = counts.reduce((sum, { requests }) => sum + requests, 0)
  const billed = counts.reduce((sum, { nanoUsd }) => sum + nanoUsd, 0)
  const made = bench.tried.flat().filter(({ outcome }) => outcome !== 'skipped')
  if (PROVE)
    console.log(`${MINUTES} minutes from seed ${seed}: ${JSON.stringify({ ...tally, calls, billed })}`)

  expect(tally.lost, `seed ${seed}`).toBeLessThanOrEqual(0.001 * tally.servable)
  expect(calls, `seed ${seed}`).toBeLessThanOrEqual(1.2 * tally.asked)
  // Every provider had its turn, and its bad time.
  for (const { requests, reached } of counts) expect(requests).toBeGreaterThan(reached)
  for (const { reached } of counts) expect(reached).toBeGreaterThan(0)
  // Every call is an attempt, and whatever was billed is one's charge and in the books, to the nano-dollar.
  expect(made, `seed ${seed}`).toHaveLength(calls)
  expect(made.reduce((sum, { chargedNanoUsd = 0 }) => sum + chargedNanoUsd, 0)).toBe(billed)
  expect(spent, `seed ${seed}`).toBe(billed)
})
