import { describe, expect, it } from 'vitest'
import { clopperPearson } from '../../packages/kit/src/cache/semantic/rule/clopper-pearson.ts'
import { PROVE } from '../support/prove.ts'
import { uniformFrom } from './worlds/chance.ts'
import { perRequestRule } from './worlds/per-request-rule.ts'
import { fixedThreshold, pooledRule, type Rule } from './worlds/rules.ts'
import { type SimulateOptions, simulation, type Tally } from './worlds/simulate.ts'
import { type Question, world } from './worlds/world.ts'

/** Ten worlds in `npm run prove`, one in every test run: a world of 30,000 questions takes some seconds. */
const SEEDS = PROVE ? [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] : [4]
const DELTAS = PROVE ? [0.01, 0.02, 0.05] : [0.02]
const QUESTIONS = 30_000
const SHORT = PROVE ? 12_000 : 6000
const LONG = { timeout: 3_600_000 }

interface Run<Memory> extends Partial<Pick<SimulateOptions<Memory>, 'noise' | 'onQuestion'>> {
  readonly seed: number
  readonly rule: (uniform: () => number) => Rule<Memory>
  readonly questions: number
}

function play<Memory>({ seed, rule, questions, ...options }: Run<Memory>): Tally {
  const uniform = uniformFrom(1000 + seed)
  const stream = streamOf(seed).values()
  const replayed = { ask: () => stream.next().value! }
  return simulation({ world: replayed, rule: rule(uniform), uniform, ...options }).run(questions)
}

const streams = new Map<number, readonly Question[]>()

/** The same questions for every rule: making them takes longer than answering them. */
function streamOf(seed: number): readonly Question[] {
  const known = streams.get(seed)
  if (known) return known
  streams.clear()
  const { ask } = world({ seed })
  const stream = Array.from({ length: QUESTIONS }, ask)
  streams.set(seed, stream)
  return stream
}

const wrongPerHit = ({ wrong, hits }: Tally) => (hits === 0 ? 0 : wrong / hits)
const percent = (share: number) => `${(100 * share).toFixed(2)} %`
const told = (tally: Tally) =>
  `${percent(tally.hits / tally.questions)} hits, ${percent(wrongPerHit(tally))} of them wrong`

describe.each(SEEDS)('world %d', LONG, (seed) => {
  it.each(DELTAS)('keeps a rate of %d, with twice the hits of any threshold as good', (delta) => {
    const pooled = play({ seed, questions: QUESTIONS, rule: (uniform) => pooledRule(delta, uniform) })
    const best = bestThreshold(seed, wrongPerHit(pooled))
    console.log(`world ${seed}, ${percent(delta)} allowed: ${told(pooled)}; best threshold: ${told(best)}`)
    expect(wrongPerHit(pooled)).toBeLessThanOrEqual(delta)
    expect(pooled.hits).toBeGreaterThanOrEqual(2 * best.hits)
  })

  it.each([0.01, 0.03])('keeps its rate with a judge that errs with %d', (noise) => {
    const delta = 0.02
    const tally = play({ seed, questions: SHORT, noise, rule: (uniform) => pooledRule(delta, uniform) })
    console.log(`world ${seed}, a judge that errs with ${percent(noise)}: ${told(tally)}`)
    expect(tally.hits).toBeGreaterThan(0)
    expect(wrongPerHit(tally)).toBeLessThanOrEqual(delta)
  })

  it.each(['drift', 'poison'] as const)('notices %s within 200 would-be hits', (what) => {
    const { within, wrong } = noticed(seed, what)
    console.log(
      `world ${seed}, ${what}: noticed after ${within} would-be hits, ${wrong} wrong ones served till then`,
    )
    expect(within).toBeLessThanOrEqual(200)
  })

  it('refuses rather than errs with a bad encoder', () => {
    const uniform = uniformFrom(seed)
    const blind = world({ seed, classes: 400, blind: true })
    const tally = simulation({ world: blind, rule: pooledRule(0.02, uniform), uniform }).run(4000)
    console.log(`world ${seed}, a bad encoder: ${told(tally)}`)
    expect(tally.hits / tally.questions).toBeLessThan(0.01)
    // Too few hits for a rate: what they allow is that it is not above what was promised.
    expect(tally.hits === 0 ? 0 : clopperPearson(tally.wrong, tally.hits).lower).toBeLessThanOrEqual(0.02)
  })

  it('is what a promise per request is not', () => {
    const delta = 0.05
    const tally = play({ seed, questions: SHORT, rule: (uniform) => perRequestRule(delta, uniform) })
    const pooled = play({ seed, questions: SHORT, rule: (uniform) => pooledRule(delta, uniform) })
    console.log(
      `world ${seed}, promised per request (our sketch of it): ${told(tally)}; per hit: ${told(pooled)}`,
    )
    expect(tally.wrong / tally.questions).toBeLessThanOrEqual(delta)
    expect(pooled.hits).toBeGreaterThan(tally.hits)
  })
})

/** Of all fixed thresholds that err no more than this, with the hindsight of the whole world, the one with the most hits. */
function bestThreshold(seed: number, wrongShare: number): Tally {
  const thresholds = PROVE ? Array.from({ length: 20 }, (_, at) => (80 + at) / 100) : [0.93, 0.94, 0.95]
  const tallies = thresholds.map((least) =>
    play({ seed, questions: QUESTIONS, rule: () => fixedThreshold(least) }),
  )
  return tallies
    .filter((tally) => wrongPerHit(tally) <= wrongShare)
    .reduce((best, tally) => (tally.hits > best.hits ? tally : best))
}

/** How many would-be hits pass, from the moment half of what is stored is wrong until the audit sounds its alarm. */
function noticed(seed: number, what: 'drift' | 'poison'): { within: number; wrong: number } {
  const uniform = uniformFrom(1000 + seed)
  const rule = pooledRule(0.02, uniform)
  const questions = world({ seed })
  let within = 0
  let wrongBefore: number | undefined
  let aim = 0
  let noticed: { within: number; wrong: number } | undefined
  const sim = simulation({
    world: questions,
    rule,
    uniform,
    onQuestion(tally, choice) {
      if (wrongBefore === undefined || choice === 'ask') return
      within += 1
      const alarmed = rule.group.certificate(0).aim < aim
      if (alarmed && !noticed) noticed = { within, wrong: tally.wrong - wrongBefore }
    },
  })
  const { wrong } = sim.run(SHORT)
  wrongBefore = wrong
  aim = rule.group.certificate(0).aim
  if (what === 'drift') questions.drift(0.5)
  else sim.poison(0.5)
  for (let more = 0; more < 20 && !noticed; more += 1) sim.run(500)
  return noticed ?? { within: Number.POSITIVE_INFINITY, wrong: Number.NaN }
}
