import { describe, expect, it } from 'vitest'
import { MAX_AMOUNT, nanoUsd, usdToNano } from '../core/money.ts'
import type { Amounts } from '../ledger/ledger.ts'
import type { Call } from '../wire/call.ts'
import { type Bounds, type BoundsOptions, boundsOf, capFor, outputPaidBy } from './bounds.ts'
import { completePrices } from './given-prices.ts'
import { modelLimits } from './model-limits.ts'
import { FREE, type Price } from './price.ts'

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
