import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type NanoUsd, nanoUsd } from '../core/money.ts'
import type { Amounts } from '../ledger/ledger.ts'
import type { Call } from '../wire/call.ts'
import { totalTokens, type Usage } from '../wire/usage.ts'
import { type Bounds, type BoundsOptions, boundsOf, capFor } from './bounds.ts'
import type { ModelLimits } from './model-limits.ts'
import { costOf, eachKind, FREE, PRICED_KINDS, type Price, type UnitPrices } from './price.ts'

const ANY = {
  dialect: 'openai',
  model: 'gpt-4o-mini',
  stream: false,
  wantsUsage: false,
  unpriced: [],
} as const satisfies Partial<Call>

/** Where a call has text in and text out alone, no other price says anything. */
const NOTHING_ELSE: Price = { ...FREE, tiers: [], source: 'listed', version: 'test' }

const nano = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 600_000_000_000 }))
const kinds = PRICED_KINDS.length
const unitPrices: fc.Arbitrary<UnitPrices> = fc
  .tuple(fc.array(nano, { minLength: kinds, maxLength: kinds }), fc.integer({ min: 0, max: 20_000_000 }))
  .map(([each, perRequest]) => ({ ...eachKind((kind) => each[PRICED_KINDS.indexOf(kind)]!), perRequest }))
const prices: fc.Arbitrary<Price> = fc
  .record({
    base: unitPrices,
    tiers: fc.array(
      fc.record({ aboveInputTokens: fc.integer({ min: 0, max: 30_000 }), prices: unitPrices }),
      {
        maxLength: 3,
      },
    ),
  })
  .map(({ base, tiers }) => ({
    ...base,
    tiers: tiers.sort((a, b) => a.aboveInputTokens - b.aboveInputTokens),
    source: 'listed',
    version: 'test',
  }))
const calls: fc.Arbitrary<Call> = fc
  .record({
    endpoint: fc.constantFrom('chat' as const, 'completions' as const),
    choices: fc.integer({ min: 1, max: 128 }),
    inputBytes: fc.integer({ min: 1, max: 40_000 }),
    maxOutputTokens: fc.option(fc.integer({ min: 1, max: 200_000 }), { nil: undefined }),
    unboundedInput: fc.boolean(),
    audioInput: fc.boolean(),
    audioOutput: fc.boolean(),
    structured: fc.boolean(),
  })
  .map(({ maxOutputTokens, ...call }) => ({
    ...ANY,
    ...call,
    ...(maxOutputTokens ? { maxOutputTokens } : {}),
  }))
const limits: fc.Arbitrary<ModelLimits> = fc.record({
  contextWindow: fc.integer({ min: 1_000, max: 60_000 }),
  maxOutput: fc.option(fc.integer({ min: 1, max: 130_000 }), { nil: undefined }),
  hiddenReasoning: fc.boolean(),
  encoding: fc.constant('o200k_base' as const),
  ownEncoding: fc.boolean(),
  topTokensPerSecond: fc.constant(1_000),
})
const options: fc.Arbitrary<BoundsOptions> = fc
  .record({
    usd: fc.option(fc.integer({ min: 0, max: 2 ** 45 }), { nil: undefined }),
    tokens: fc.option(fc.integer({ min: 0, max: 10_000_000 }), { nil: undefined }),
    nearLimit: fc.constantFrom('refuse' as const, 'cap' as const),
    typicalOutput: fc.option(fc.record({ p95: fc.nat(8_000), p99: fc.nat(30_000) }), { nil: undefined }),
  })
  .map(({ usd, tokens, ...rest }) => ({
    ...rest,
    smallest: { ...(usd === undefined ? {} : { usd }), ...(tokens === undefined ? {} : { tokens }) },
  }))

describe('for any call, price, limits and budget', () => {
  const scenarios = fc
    .record({ call: calls, price: prices, limits, options })
    .map((scenario) => ({
      ...scenario,
      bounds: boundsOf(scenario.call, scenario.price, scenario.limits, scenario.options),
    }))
    .filter(
      (scenario): scenario is typeof scenario & { bounds: Bounds } => scenario.bounds.status === 'bounded',
    )

  it('min ≤ want, and want is a quarter of a hard limit or min itself', () => {
    fc.assert(
      fc.property(scenarios, ({ call, bounds: { min, want }, options: { smallest = {} } }) => {
        expect(min.usd).toBeLessThanOrEqual(want.usd)
        expect(min.tokens).toBeLessThanOrEqual(want.tokens)
        if (call.maxOutputTokens !== undefined) return
        for (const metric of ['usd', 'tokens'] as const) {
          const limit = smallest[metric]
          if (limit !== undefined) expect(want[metric]).toBeLessThanOrEqual(Math.max(min[metric], limit / 4))
        }
      }),
      { numRuns: 2_000 },
    )
  })

  const grants = fc
    .tuple(scenarios, fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([scenario, usd, tokens]) => ({ ...scenario, granted: between(scenario.bounds, usd, tokens) }))

  it('no usage that the cap allows costs more than the grant, in money or tokens', () => {
    fc.assert(
      fc.property(
        grants,
        fc.double({ min: 0, max: 1, noNaN: true }),
        ({ call, price, bounds, granted }, part) => {
          const cap = capFor(granted, bounds)
          if (cap === 'below-minimum') throw new Error('a grant of at least the minimum has a cap')
          const perChoice = cap ?? bounds.outputTokens
          expect(perChoice).toBeGreaterThanOrEqual(1)
          expect(perChoice).toBeLessThanOrEqual(bounds.outputTokens)
          for (const usage of worstUsages(call, bounds, perChoice, part)) {
            expect(costOf(usage, price)).toBeLessThanOrEqual(granted.usd)
            expect(totalTokens(usage)).toBeLessThanOrEqual(granted.tokens)
          }
        },
      ),
      { numRuns: 3_000 },
    )
  })

  it('one token more per choice would not be paid for', () => {
    fc.assert(
      fc.property(grants, ({ bounds, granted }) => {
        const cap = capFor(granted, bounds)
        if (typeof cap !== 'number' || cap === bounds.outputTokens) return
        const { unit, inputTokens, choices } = bounds
        const output = (cap + 1) * choices
        const cost = costOf({ input: inputTokens, output }, { ...NOTHING_ELSE, ...unit })
        expect(cost > granted.usd || inputTokens + output > granted.tokens).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  it('a larger grant never has a smaller cap', () => {
    fc.assert(
      fc.property(grants, fc.nat(10 ** 9), fc.nat(10 ** 6), ({ bounds, granted }, usd, tokens) => {
        const more = { usd: nanoUsd(granted.usd + usd), tokens: granted.tokens + tokens, requests: 1 }
        const [small, large] = [capFor(granted, bounds), capFor(more, bounds)]
        expect(large ?? bounds.outputTokens).toBeGreaterThanOrEqual((small ?? bounds.outputTokens) as number)
      }),
      { numRuns: 2_000 },
    )
  })
})

function between({ min, want }: Bounds, usd: number, tokens: number): Amounts {
  return {
    usd: (min.usd + Math.floor((want.usd - min.usd) * usd)) as NanoUsd,
    tokens: min.tokens + Math.floor((want.tokens - min.tokens) * tokens),
    requests: 1,
  }
}

/** Every way in which the provider may bill the most that the call can be, and a part of it: tiers begin anywhere. */
function worstUsages(call: Call, bounds: Bounds, cap: number, part: number): Usage[] {
  const inputs = [bounds.inputTokens, Math.floor(bounds.inputTokens * part)].flatMap((tokens) => [
    { input: tokens },
    { input: 0, cachedInput: tokens },
    { input: 0, cacheWrite: tokens },
    { input: 0, cacheWrite1h: tokens },
    { input: 0, imageInput: tokens },
    ...(call.audioInput ? [{ input: 0, audioInput: tokens }] : []),
  ])
  const output = cap * bounds.choices
  const outputs = [
    { output },
    { output: 0, imageOutput: output },
    ...(call.audioOutput ? [{ output: 0, audioOutput: output }] : []),
  ]
  return inputs.flatMap((input) => outputs.map((out) => ({ ...input, ...out })))
}
