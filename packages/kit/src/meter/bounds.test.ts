import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_AMOUNT, type NanoUsd, nanoUsd, usdToNano } from '../core/money.ts'
import type { Amounts } from '../ledger/ledger.ts'
import type { Call } from '../wire/call.ts'
import { totalTokens, type Usage } from '../wire/usage.ts'
import { type Bounds, type BoundsOptions, boundsOf, capFor, outputPaidBy } from './bounds.ts'
import { completePrices } from './given-prices.ts'
import type { ModelLimits } from './model-limits.ts'
import { modelLimits } from './model-limits.ts'
import { costOf, eachKind, FREE, PRICED_KINDS, type Price, type UnitPrices } from './price.ts'

const MINI: Price = {
  ...completePrices({
    input: 150_000_000,
    cachedInput: 75_000_000,
    audioInput: 10_000_000_000,
    output: 600_000_000,
    audioOutput: 20_000_000_000,
  }),
  tiers: [],
  source: 'listed',
  version: 'test',
}

const CHAT: Call = {
  dialect: 'openai',
  endpoint: 'chat',
  model: 'gpt-4o-mini',
  stream: false,
  wantsUsage: false,
  choices: 1,
  inputBytes: 984,
  unboundedInput: false,
  audioInput: false,
  audioOutput: false,
  unpriced: [],
  structured: false,
}

const MINI_LIMITS = modelLimits()('gpt-4o-mini')
const UNKNOWN_LIMITS = modelLimits()('nobody-knows')

function bounded(
  call: Partial<Call> = {},
  options: BoundsOptions = {},
  price = MINI,
  limits = MINI_LIMITS,
): Bounds {
  const bounds = boundsOf({ ...CHAT, ...call }, price, limits, options)
  if (bounds.status !== 'bounded') throw new Error(bounds.status)
  return bounds
}

const amounts = (usd: number, tokens: number): Amounts => ({ usd: nanoUsd(usd), tokens, requests: 1 })

describe('what is reserved, worked by hand', () => {
  it('a chat without a cap: 1,000 input at $0.15, up to 16,384 output at $0.60, at least 2,048', () => {
    const bounds = bounded()
    expect(bounds.want).toEqual(amounts(150_000 + 9_830_400, 17_384))
    expect(bounds.min).toEqual(amounts(150_000 + 1_228_800, 3_048))
    expect(bounds).toMatchObject({ bound: 'proven', inputTokens: 1_000, outputTokens: 16_384 })
  })

  it('a client’s own cap is all or nothing', () => {
    const { min, want } = bounded({ maxOutputTokens: 500 })
    expect(min).toEqual(amounts(150_000 + 300_000, 1_500))
    expect(want).toEqual(min)
  })

  it('unless it may be shortened near the limit', () => {
    const { min, want } = bounded({ maxOutputTokens: 10_000 }, { nearLimit: 'cap' })
    expect(min).toEqual(amounts(150_000 + 1_228_800, 3_048))
    expect(want).toEqual(amounts(150_000 + 6_000_000, 11_000))
  })

  it('each choice has its output; the input is paid once', () => {
    expect(bounded({ maxOutputTokens: 100, choices: 5 }).want).toEqual(amounts(150_000 + 300_000, 1_500))
  })

  it('a cap above the model’s maximum buys no more than the maximum', () => {
    expect(bounded({ maxOutputTokens: 1_000_000 }).outputTokens).toBe(16_384)
  })

  it('of a small budget at most a quarter, and a minimum that a tenth of it pays for', () => {
    const { min, want } = bounded({}, { smallest: { usd: usdToNano('0.01') } })
    expect(min.usd).toBe(150_000 + 1_666 * 600)
    expect(want.usd).toBe(2_500_000)
  })

  it('a key of $0.0001 can still make a call', () => {
    const { min } = bounded({ inputBytes: 100 }, { smallest: { usd: usdToNano('0.0001') } })
    expect(min.usd).toBe(116 * 150 + 16 * 600)
    expect(min.usd).toBeLessThan(usdToNano('0.0001'))
  })

  it('a limit in tokens sizes them likewise', () => {
    const { min, want } = bounded({}, { smallest: { tokens: 10_000 } })
    expect(min.tokens).toBe(1_000 + 1_000)
    expect(want.tokens).toBe(2_500)
  })

  it('longer answers of the past raise the minimum; answers that must be whole by their rarest', () => {
    const typicalOutput = { p95: 3_000, p99: 5_000 }
    expect(bounded({}, { typicalOutput }).min.tokens).toBe(4_000)
    expect(bounded({ structured: true }, { typicalOutput }).min.tokens).toBe(6_256)
    const hiding = { ...MINI_LIMITS, hiddenReasoning: true }
    expect(bounded({}, { typicalOutput }, MINI, hiding).min.tokens).toBe(6_000)
  })

  it('embeddings have no output, and no window over all of their inputs together', () => {
    const price = { ...MINI, ...completePrices({ input: 20_000_000 }) }
    const limits = modelLimits()('text-embedding-3-small')
    const bounds = bounded(
      { endpoint: 'embeddings', inputBytes: 99_984 },
      { smallest: { usd: 1 } },
      price,
      limits,
    )
    expect(bounds.want).toEqual(amounts(2_000_000, 100_000))
    expect(bounds.min).toEqual(bounds.want)
    expect(capFor(bounds.want, bounds)).toBeUndefined()
  })

  it('several prompts to Completions have a window each', () => {
    const limits = modelLimits()('gpt-3.5-turbo-instruct')
    const call = { endpoint: 'completions', inputBytes: 1_000_000, maxOutputTokens: 16 } as const
    expect(bounded({ ...call, choices: 1 }, {}, MINI, limits).inputTokens).toBe(4_096)
    expect(bounded({ ...call, choices: 20 }, {}, MINI, limits).inputTokens).toBe(81_920)
  })

  it('images are bounded by the window, long text too', () => {
    expect(bounded({ unboundedInput: true }).inputTokens).toBe(128_000)
    expect(bounded({ inputBytes: 5_000_000 }).inputTokens).toBe(128_000)
  })

  it('audio, cache writes and long-context tiers are reserved at their own prices where the call may reach them', () => {
    expect(bounded({ audioInput: true, maxOutputTokens: 1 }).unit.input).toBe(10_000_000_000)
    expect(bounded({ audioOutput: true, maxOutputTokens: 1 }).unit.output).toBe(20_000_000_000)
    expect(bounded({}, {}, { ...MINI, cacheWrite: 187_500_000 }).unit.input).toBe(187_500_000)
    const long = { ...MINI, cacheWrite1h: 300_000_000 }
    expect(bounded({}, {}, long).unit.input).toBe(300_000_000)
    expect(bounded({}, { longWrites: false }, long).unit.input).toBe(150_000_000)
    const tiered = { ...MINI, tiers: [{ aboveInputTokens: 1_000, prices: { ...MINI, input: 300_000_000 } }] }
    expect(bounded({ inputBytes: 984 }, {}, tiered).unit.input).toBe(150_000_000)
    expect(bounded({ inputBytes: 985 }, {}, tiered).unit.input).toBe(300_000_000)
  })

  it('of what was sent before, the provider’s own count is known: only what is new is bounded by its bytes', () => {
    const call = { inputBytes: 100_000 }
    expect(bounded(call, { seen: { bytes: 90_000, tokens: 20_000 } }).inputTokens).toBe(30_016)
    expect(bounded(call, { seen: { bytes: 10_000, tokens: 20_000 } }).inputTokens).toBe(100_016)
    expect(bounded({ inputBytes: 900_000 }, { seen: { bytes: 100, tokens: 90 } }).inputTokens).toBe(128_000)
  })

  it('a provider’s own prompt around tools and schemas is input, also where the call is translated for it', () => {
    expect(bounded({ structured: true }).inputTokens).toBe(1_256)
    expect(bounded({ structured: true }, { servedIn: 'anthropic' }).inputTokens).toBe(2_024)
    expect(bounded({}, { servedIn: 'anthropic' }).inputTokens).toBe(1_000)
    // Readers of Messages have counted it already.
    expect(bounded({ structured: true, dialect: 'anthropic' }).inputTokens).toBe(1_000)
  })

  it('4,096 tokens of output for a model of unknown maximum', () => {
    expect(bounded({}, {}, MINI, UNKNOWN_LIMITS).outputTokens).toBe(4_096)
    expect(bounded({ maxOutputTokens: 9_000 }, {}, MINI, UNKNOWN_LIMITS).outputTokens).toBe(9_000)
  })

  it('a price that is only a ceiling makes a soft bound', () => {
    expect(bounded({}, {}, { ...MINI, source: 'ceiling' }).bound).toBe('soft')
  })
})

describe('endpoints that generate nothing', () => {
  it('only count, and cost nothing: no token, and no fee', () => {
    for (const endpoint of ['count_tokens', 'count'] as const) {
      const bounds = bounded({ endpoint, inputBytes: 5_000, maxOutputTokens: 0 }, { smallest: { usd: 1 } })
      expect(bounds).toMatchObject({ inputTokens: 0, outputTokens: 0, want: amounts(0, 0) })
    }
  })

  it('embed: input alone, of which each content has a window', () => {
    const one = { endpoint: 'embed', maxOutputTokens: 0, inputBytes: 10_000 } as const
    const limits = { ...MINI_LIMITS, contextWindow: 2_048 }
    expect(bounded(one, {}, MINI, limits)).toMatchObject({ inputTokens: 2_048, outputTokens: 0 })
    expect(bounded({ ...one, choices: 4 }, {}, MINI, limits).inputTokens).toBe(8_192)
    expect(bounded({ ...one, choices: 100 }, {}, MINI, limits).inputTokens).toBe(10_016)
  })
})

describe('the least cap that a provider takes', () => {
  const smallest = { usd: usdToNano('0.0001') }

  it('is asked for at least: a budget that does not pay for it refuses, and not the provider', () => {
    expect(bounded({}, { smallest }).min.tokens).toBe(1_000 + 16)
    expect(bounded({ leastOutputTokens: 1_025 }, { smallest }).min.tokens).toBe(1_000 + 1_025)
    const { min } = bounded({ leastOutputTokens: 1_025 }, { smallest })
    expect(capFor(min, bounded({ leastOutputTokens: 1_025 }, { smallest }))).toBe(1_025)
  })

  it('is never above the client’s own cap', () => {
    const call = { leastOutputTokens: 16, maxOutputTokens: 4 }
    expect(bounded(call, { smallest, nearLimit: 'cap' }).min.tokens).toBe(1_004)
  })
})

/** @see LEDGER: what streams usually are is reserved, whatever their cap, and the cap stays as it is. */
describe('tight', () => {
  const tight = { enforcement: 'tight', smallest: { usd: usdToNano('1000') } } as const
  const stream = { stream: true, maxOutputTokens: 16_000 }

  it('begins with what answers usually are, and leaves the client its cap', () => {
    const bounds = bounded(stream, tight)
    expect(bounds).toMatchObject({ grows: true, outputTokens: 16_000, min: { tokens: 1_000 + 2_048 } })
    expect(bounds.want).toEqual(bounds.min)
    expect(capFor(bounds.min, bounds)).toBe(16_000)
    expect(outputPaidBy(bounds.min, bounds)).toBe(2_048)
    const known = { ...tight, typicalOutput: { p95: 300, p99: 4_000 } }
    expect(bounded(stream, known).min.tokens).toBe(1_300)
  })

  it.each([
    ['nothing that is not a stream', { stream: false }, {}],
    ['no sound', { audioOutput: true }, {}],
    ['nothing that hides what it thinks', {}, { hiddenReasoning: true }],
  ])('follows %s', (_, call, limits) => {
    const bounds = bounded({ ...stream, ...call }, tight, MINI, { ...MINI_LIMITS, ...limits })
    expect(bounds.grows).toBe(false)
    expect(bounds.min.tokens).toBe(17_000)
  })

  it('follows nothing where no limit is at stake, nor what is reserved whole', () => {
    expect(bounded(stream, { enforcement: 'tight' }).grows).toBe(false)
    expect(bounded({ ...stream, maxOutputTokens: 500 }, tight)).toMatchObject({
      grows: false,
      min: { tokens: 1_500 },
    })
  })
})

/** What passes for a proven bound is one: a small body may have a large bill. */
describe('what cannot be bounded', () => {
  const hard = { smallest: { usd: usdToNano('5') } }
  const free = { ...MINI, ...FREE, source: 'free' } as const

  it('images without a known window are refused under a hard limit, in money or tokens', () => {
    const call = { ...CHAT, unboundedInput: true }
    const refused = { status: 'unboundable', reason: 'input' }
    expect(boundsOf(call, MINI, UNKNOWN_LIMITS, hard)).toEqual(refused)
    expect(boundsOf(call, MINI, UNKNOWN_LIMITS, { smallest: { tokens: 1_000 } })).toEqual(refused)
    expect(boundsOf(call, free, UNKNOWN_LIMITS, { smallest: { tokens: 1_000 } })).toEqual(refused)
  })

  it('so are features that no price covers', () => {
    const call = { ...CHAT, unpriced: ['service_tier'] }
    expect(boundsOf(call, MINI, MINI_LIMITS, hard)).toEqual({ status: 'unboundable', reason: 'unpriced' })
  })

  it('where nothing hard is at stake they pass, softly', () => {
    expect(bounded({ unboundedInput: true }, {}, MINI, UNKNOWN_LIMITS).bound).toBe('soft')
    expect(bounded({ unpriced: ['service_tier'] }).bound).toBe('soft')
    expect(bounded({ unboundedInput: true }, hard, free, UNKNOWN_LIMITS).status).toBe('bounded')
    expect(bounded({ unpriced: ['service_tier'] }, hard, free).status).toBe('bounded')
  })

  it('a least cost beyond the books is refused; a worst case beyond them is asked for in part', () => {
    const dear = { ...MINI, output: 600_000_000_000 }
    const call = { ...CHAT, choices: 128, maxOutputTokens: 2 ** 40 }
    expect(boundsOf(call, dear, UNKNOWN_LIMITS)).toEqual({ status: 'unboundable', reason: 'amount' })
    expect(bounded(call, { nearLimit: 'cap' }, dear, UNKNOWN_LIMITS).want.usd).toBe(MAX_AMOUNT)
  })
})

/** A reservation that was granted in part never admits a request that costs more than the grant. */
describe('the cap of a grant', () => {
  it('is what it pays for', () => {
    const bounds = bounded({}, { smallest: { usd: usdToNano('0.01') } })
    expect(capFor(amounts(2_500_000, 17_384), bounds)).toBe(3_916)
    expect(capFor(amounts(2_500_199, 17_384), bounds)).toBe(3_916)
    expect(capFor(amounts(2_500_200, 17_384), bounds)).toBe(3_917)
  })

  it('is never above the model’s maximum or the client’s own', () => {
    const rich = amounts(MAX_AMOUNT, MAX_AMOUNT)
    const smallest = { usd: usdToNano('1000') }
    expect(capFor(rich, bounded({}, { smallest }))).toBe(16_384)
    expect(capFor(rich, bounded({ maxOutputTokens: 300 }, { smallest }))).toBe(300)
  })

  it('need not be when nothing is limited and everything is granted, and must be when it is not', () => {
    const bounds = bounded()
    expect(capFor(bounds.want, bounds)).toBeUndefined()
    expect(capFor(amounts(bounds.want.usd - 1, bounds.want.tokens), bounds)).toBe(16_383)
  })

  it('does not exist for a grant below the minimum, in any metric', () => {
    const bounds = bounded()
    expect(capFor(amounts(bounds.min.usd - 1, bounds.min.tokens), bounds)).toBe('below-minimum')
    expect(capFor(amounts(bounds.min.usd, bounds.min.tokens - 1), bounds)).toBe('below-minimum')
    expect(capFor({ ...bounds.min, requests: 0 }, bounds)).toBe('below-minimum')
  })
})

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
    ...CHAT,
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
        const cost = costOf({ input: inputTokens, output }, { ...MINI, ...unit })
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
