import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { audit } from './audit.ts'
import type { Belief } from './beliefs.ts'
import { halve, type Label, learn, noEvidence, packEvidence, unpackEvidence } from './evidence.ts'
import { group } from './group.ts'
import { fitPool, logPrior, UNTAUGHT } from './pool.ts'
import { chanceOfSame, posterior } from './posterior.ts'

const labels = fc.array(
  fc.record({ similarity: fc.double({ min: 0.7, max: 1, noNaN: true }), same: fc.boolean() }),
)
const HOUR_MS = 3_600_000

function evidenceOf(all: readonly Label[]) {
  const evidence = noEvidence()
  for (const label of all) learn(evidence, label)
  return evidence
}

describe('evidence', () => {
  it('is the same in whichever order labels came', () => {
    fc.assert(
      fc.property(labels, (all) => {
        const [one, other] = [evidenceOf(all), evidenceOf(all.toReversed())]
        expect([one.same, one.different]).toEqual([other.same, other.different])
        for (const [cell, value] of one.likelihood.entries())
          expect(Math.abs(value - other.likelihood[cell]!)).toBeLessThanOrEqual(1e-3 * (1 + Math.abs(value)))
      }),
      { numRuns: 30 },
    )
  })

  it('comes back from its bytes, and not from others', () => {
    const evidence = evidenceOf([
      { similarity: 0.9, same: true },
      { similarity: 0.8, same: false },
    ])
    const bytes = packEvidence(evidence)
    expect(unpackEvidence(bytes)).toEqual(evidence)
    expect(unpackEvidence(Buffer.from(bytes.toString('base64'), 'base64'))).toEqual(evidence)
    expect(unpackEvidence(bytes.subarray(1))).toBeUndefined()
    expect(unpackEvidence(Buffer.alloc(bytes.length, 0xff))).toBeUndefined()
  })

  it('says less when it is halved', () => {
    const evidence = evidenceOf(Array(10).fill({ similarity: 0.9, same: true }))
    const sure = chanceOfSame(posterior(logPrior(UNTAUGHT), evidence.likelihood), 0.9)
    halve(evidence)
    expect(chanceOfSame(posterior(logPrior(UNTAUGHT), evidence.likelihood), 0.9)).toBeLessThan(sure)
  })
})

describe('the posterior', () => {
  it('sums to one, and its chance never falls as questions are more alike', () => {
    fc.assert(
      fc.property(labels, (all) => {
        const weights = posterior(logPrior(UNTAUGHT), evidenceOf(all).likelihood)
        expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 4)
        const chances = [0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1].map((s) => chanceOfSame(weights, s))
        for (const [at, chance] of chances.entries())
          expect(chance).toBeGreaterThanOrEqual((chances[at - 1] ?? 0) - 1e-6)
      }),
      { numRuns: 30 },
    )
  })

  it('is no reason to serve anything before there are labels', () => {
    expect(chanceOfSame(posterior(logPrior(UNTAUGHT)), 1)).toBeLessThan(0.9)
  })

  it('learns from what entries have in common', () => {
    const separated = Array.from({ length: 50 }, () =>
      evidenceOf([
        { similarity: 0.93, same: true },
        { similarity: 0.87, same: false },
        { similarity: 0.91, same: true },
      ]),
    )
    let pool = UNTAUGHT
    for (let fits = 0; fits < 5; fits += 1) pool = fitPool(pool, separated)
    expect(pool.mean).toBeGreaterThan(0.87)
    expect(pool.mean).toBeLessThan(0.93)
    expect(pool.slopes.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 10)
    expect(chanceOfSame(posterior(logPrior(pool)), 0.99)).toBeGreaterThan(0.9)
  })
})

describe('a group', () => {
  it('serves by what it has learnt, less to whoever accepts less, and nothing that is unlike', () => {
    const own = group({ delta: 0.02 })
    const beliefs: Belief[] = Array.from({ length: 40 }, () => ({}))
    const decide = (similarity: number, share = 1) => own.decide(beliefs[0]!, similarity, { nowMs: 0, share })
    expect(decide(1).wouldServe).toBe(false)
    for (const belief of beliefs)
      for (const similarity of [0.9, 0.92, 0.94, 0.96]) own.learn(belief, { similarity, same: true })
    expect(decide(0.95).wouldServe).toBe(true)
    expect(decide(0.95, 1e-6).wouldServe).toBe(false)
    expect(decide(0.69)).toEqual({ chance: 0, wouldServe: false })
  })

  it('audits every second would-be hit when labels are not what it believed, before any audit has found it', () => {
    const own = group({ delta: 0.02 })
    const beliefs: Belief[] = Array.from({ length: 40 }, () => ({}))
    for (const belief of beliefs)
      for (const similarity of [0.85, 0.88, 0.9, 0.92]) own.learn(belief, { similarity, same: true })
    expect(own.auditRate()).toBe(0.2)
    for (const belief of beliefs.slice(0, 4)) own.learn(belief, { similarity: 0.9, same: false })
    expect(own.auditRate()).toBe(0.5)
    for (const belief of beliefs.slice(10)) own.learn(belief, { similarity: 0.9, same: true })
    expect(own.auditRate()).toBe(0.2)
  })

  it('goes on where it was', () => {
    const one = group({ delta: 0.02 })
    const belief: Belief = {}
    for (let at = 0; at < 60; at += 1) one.audited(belief, { similarity: 0.95, same: true }, 0)
    const kept = JSON.parse(JSON.stringify(one.state()))
    const again = group({ delta: 0.02 })
    again.resume(kept)
    const remembered = { evidence: unpackEvidence(packEvidence(belief.evidence!))! }
    again.remember(remembered, 0)
    expect(again.state()).toEqual(one.state())
    expect(again.certificate(0)).toEqual(one.certificate(0))
    expect(again.decide(remembered, 0.95, { nowMs: 0 })).toEqual(one.decide(belief, 0.95, { nowMs: 0 }))
  })
})

describe('the audit', () => {
  const noted = (outcomes: readonly boolean[], delta = 0.02) => {
    const watch = audit({ delta })
    const events = outcomes.map((wrong) => watch.note(wrong, 0))
    return { watch, events: events.filter((event) => event !== 'none') }
  }
  const right = (count: number) => Array<boolean>(count).fill(false)

  it('certifies 2 % after 149 right answers and not before', () => {
    expect(noted(right(148)).watch.certificate(0)).toMatchObject({ standing: 'learning', audits: 148 })
    const { standing, upper } = noted(right(149)).watch.certificate(0)
    expect(standing).toBe('certified')
    expect(upper).toBeLessThanOrEqual(0.02)
  })

  it('audits a fifth while it learns, less when it knows, and half when it has seen something wrong', () => {
    expect(noted([]).watch.rate()).toBe(0.2)
    expect(noted(right(150)).watch.rate()).toBe(0.05)
    expect(noted([...right(150), true]).watch.rate()).toBe(0.5)
    expect(noted([...right(150), true, ...right(20)]).watch.rate()).toBe(0.05)
  })

  it('halves its aim when answers go wrong, three times, and then serves nothing for an hour', () => {
    const watch = audit({ delta: 0.02 })
    const events: string[] = []
    while (events.at(-1) !== 'off') {
      const event = watch.note(true, 0)
      if (event !== 'none') events.push(event)
    }
    expect(events).toEqual(['alarm', 'alarm', 'alarm', 'off'])
    expect(watch.aim(HOUR_MS - 1)).toBe(0)
    expect(watch.certificate(0)).toMatchObject({ standing: 'off', offUntilMs: HOUR_MS, aim: 0.0025 })
    expect(watch.aim(HOUR_MS)).toBe(0.0025)
  })

  it('doubles its aim again when the smaller one is certified', () => {
    const { watch, events } = noted([true, true])
    expect(events).toEqual(['alarm'])
    expect(watch.aim(0)).toBe(0.01)
    for (let at = 0; at < 149; at += 1) watch.note(false, 0)
    expect(watch.aim(0)).toBe(0.02)
    expect(watch.certificate(0)).toMatchObject({ standing: 'learning', audits: 0 })
    expect(noted([true]).events).toEqual([])
  })

  it('notices that there is more of it than there was, before it is too much', () => {
    const rarely = Array.from({ length: 100 }, (_, at) => at % 12 === 0)
    expect(noted([...right(100), ...rarely], 0.2).events).toContain('changed')
  })

  it('raises an alarm over what is just allowed seldom: in a thousand audits less than once', () => {
    let drawn = 1
    const uniform = () => {
      drawn = (Math.imul(drawn, 48_271) >>> 0) % 2_147_483_647
      return drawn / 2_147_483_647
    }
    let alarms = 0
    for (let series = 0; series < 20; series += 1)
      alarms += noted(Array.from({ length: 400 }, () => uniform() < 0.01)).events.filter(
        (one) => one === 'alarm',
      ).length
    expect(alarms).toBeLessThan(8)
  })
})
