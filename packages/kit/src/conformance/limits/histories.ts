import assert from 'node:assert/strict'
import type { LimitedRequest, Taken } from '../../limits/limits.ts'
import { type Random, randomFrom } from '../ledger/random.ts'
import { type Bench, limited, type Section, scope, taken } from './bench.ts'
import { limitsModel, type Model } from './model.ts'

const SCOPES = [
  scope('key:ci', { rpm: 6, tpm: 3_000, concurrency: 4 }),
  scope('user:ada', { rpm: 8, tpm: 7_001 }),
  scope('team:red', { rpm: 17, concurrency: 6 }),
  scope('model:gpt-4o', { tpm: 9_999 }),
] as const

const STEPS = 150

/** A store and the model, asked the same. */
interface Pair {
  readonly bench: Bench
  readonly model: Model
  readonly random: Random
  readonly running: Taken[]
  /** Smaller steps of time than this the store cannot be relied on to tell apart, ms. */
  readonly unitMs: number
}

export const HISTORIES: Section = Object.fromEntries(
  [1, 2, 3].map((seed) => [
    `answer as a model does, and let whoever was refused pass when they said, and no sooner: seed ${seed}`,
    (bench: Bench) => history(bench, seed),
  ]),
)

async function history(bench: Bench, seed: number): Promise<void> {
  const unitMs = Math.max(1, bench.toleranceMs)
  const pair: Pair = { bench, model: limitsModel(), random: randomFrom(seed), running: [], unitMs }
  for (let step = 1; step <= STEPS; step += 1) {
    if (pair.random.chance(0.55)) await takeOne(pair)
    else if (pair.random.chance(0.6)) await giveOne(pair)
    else await pass(pair, pair.random.int(20) * Math.max(unitMs, 700))
  }
}

async function takeOne(pair: Pair): Promise<void> {
  const { random } = pair
  const scopes = SCOPES.filter(() => random.chance(0.6))
  const request = { scopes, tokens: random.pick([0, 10, 500, 2_000, 12_000]) }
  const refusal = await tryBoth(pair, request)
  if (refusal === undefined || !random.chance(0.3)) return
  // A moment before it may, and when it may.
  const { waitMs } = refusal
  const soonMs = Math.floor((waitMs - 1) / pair.unitMs) * pair.unitMs
  await pass(pair, soonMs)
  assert.ok(await tryBoth(pair, request), 'it passed before it was to')
  await pass(pair, Math.ceil(waitMs / pair.unitMs) * pair.unitMs - soonMs)
  const again = await tryBoth(pair, request)
  assert.ok(again === undefined || again.slots, 'it did not pass when it was to')
}

/** Ask both; undefined when both took it, else how long it has to wait. */
async function tryBoth(
  { bench, model, running }: Pair,
  request: Pick<LimitedRequest, 'scopes' | 'tokens'>,
): Promise<{ readonly waitMs: number; readonly slots: boolean } | undefined> {
  const result = await bench.take(request)
  const id = result.status === 'taken' ? result.taken.id : 'refused'
  const waitMs = model.take({ ...request, id })
  if (waitMs === 0) {
    running.push(taken(result))
    return undefined
  }
  const { standing, retryAfterMs } = limited(result)
  assert.ok(
    retryAfterMs <= waitMs && retryAfterMs >= waitMs - bench.toleranceMs,
    `it is to wait ${retryAfterMs} ms, and not ${waitMs} ms`,
  )
  // Nobody knows when a slot comes free.
  return { waitMs, slots: standing.metric === 'concurrency' }
}

async function giveOne({ bench, model, random, running }: Pair): Promise<void> {
  if (running.length === 0) return
  const [one] = running.splice(random.int(running.length), 1)
  const used = random.chance(0.3) ? 'nothing' : { tokens: random.pick([0, 20, 700, 5_000]) }
  await (await bench.limits()).give(one!, used)
  model.give(one!, used)
}

async function pass({ bench, model }: Pair, ms: number): Promise<void> {
  await bench.pass(ms)
  model.pass(ms)
}
