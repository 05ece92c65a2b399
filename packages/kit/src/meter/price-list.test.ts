import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { costOf } from './price.ts'
import { priceBook } from './price-book.ts'
import { loadPrices, type PriceList } from './price-list.ts'

/** Entries as LiteLLM writes them. */
const ENTRIES = {
  sample_spec: { input_cost_per_token: 0, output_cost_per_token: 0, mode: 'one of: chat, embedding' },
  'gpt-4o-mini': {
    cache_read_input_token_cost: 7.5e-8,
    cache_read_input_token_cost_priority: 1.25e-7,
    input_cost_per_token: 1.5e-7,
    input_cost_per_token_batches: 7.5e-8,
    input_cost_per_token_priority: 2.5e-7,
    litellm_provider: 'openai',
    max_input_tokens: 128000,
    mode: 'chat',
    output_cost_per_token: 6e-7,
    output_cost_per_token_batches: 3e-7,
    output_cost_per_token_priority: 1e-6,
    search_context_cost_per_query: {
      search_context_size_high: 0.03,
      search_context_size_low: 0.025,
      search_context_size_medium: 0.0275,
    },
  },
  'claude-sonnet-4-5': {
    cache_creation_input_token_cost: 3.75e-6,
    cache_creation_input_token_cost_above_1hr: 6e-6,
    cache_creation_input_token_cost_above_200k_tokens: 7.5e-6,
    cache_creation_input_token_cost_above_1hr_above_200k_tokens: 1.2e-5,
    cache_read_input_token_cost: 3e-7,
    cache_read_input_token_cost_above_200k_tokens: 6e-7,
    input_cost_per_token: 3e-6,
    input_cost_per_token_above_200k_tokens: 6e-6,
    litellm_provider: 'anthropic',
    output_cost_per_token: 1.5e-5,
    output_cost_per_token_above_200k_tokens: 2.25e-5,
  },
  'gemini/gemini-2.5-flash-image': {
    input_cost_per_audio_token: 1e-6,
    input_cost_per_token: 3e-7,
    litellm_provider: 'gemini',
    output_cost_per_image: 0.039,
    output_cost_per_image_token: 3e-5,
    output_cost_per_reasoning_token: 2.5e-6,
    output_cost_per_token: 2.5e-6,
  },
  'free/placeholder': { input_cost_per_token: 0, output_cost_per_token: 0 },
  'aiml/flux-pro': { mode: 'image_generation', output_cost_per_image: 0.065 },
}

function read(entries: object): PriceList {
  const list = loadPrices(JSON.stringify(entries))
  if (list.status !== 'read') throw new Error(list.problems.join())
  return list
}

const USD_PER_MILLION = 1_000_000_000
const list = read(ENTRIES)

describe('LiteLLM’s list', () => {
  it('has its prices per token, exactly', () => {
    expect(list.prices.get('openai/gpt-4o-mini')).toMatchObject({
      input: 150_000_000,
      cachedInput: 75_000_000,
      output: 600_000_000,
      perWebSearch: 30_000_000,
    })
    expect(list.problems).toEqual([])
  })

  it('tiers of service; what one does not state is as usual', () => {
    expect(list.prices.get('openai/gpt-4o-mini')?.serviceTiers).toMatchObject({
      priority: { input: 250_000_000, cachedInput: 125_000_000, output: USD_PER_MILLION },
      batch: { input: 75_000_000, cachedInput: 75_000_000, output: 300_000_000 },
    })
  })

  it('long inputs, and writes for an hour', () => {
    expect(list.prices.get('anthropic/claude-sonnet-4-5')).toMatchObject({
      cacheWrite: 3.75 * USD_PER_MILLION,
      cacheWrite1h: 6 * USD_PER_MILLION,
      tiers: [
        {
          aboveInputTokens: 200_000,
          prices: {
            input: 6 * USD_PER_MILLION,
            cachedInput: 0.6 * USD_PER_MILLION,
            cacheWrite: 7.5 * USD_PER_MILLION,
            cacheWrite1h: 12 * USD_PER_MILLION,
            output: 22.5 * USD_PER_MILLION,
          },
        },
      ],
    })
  })

  it('a long input in a tier of service costs at least what it does in none', () => {
    const { prices } = read({
      m: {
        input_cost_per_token: 1e-6,
        output_cost_per_token: 2e-6,
        input_cost_per_token_priority: 2e-6,
        input_cost_per_token_above_200k_tokens: 3e-6,
      },
    })
    expect(prices.get('m')?.serviceTiers?.priority).toMatchObject({
      input: 2 * USD_PER_MILLION,
      tiers: [{ prices: { input: 3 * USD_PER_MILLION, output: 2 * USD_PER_MILLION } }],
    })
  })

  it('pictures and sound', () => {
    expect(list.prices.get('google/gemini-2.5-flash-image')).toMatchObject({
      audioInput: USD_PER_MILLION,
      output: 2.5 * USD_PER_MILLION,
      imageOutput: 30 * USD_PER_MILLION,
      perImage: 39_000_000,
    })
  })

  it('what is billed by the piece is billed by no token', () => {
    expect(list.prices.get('aiml/flux-pro')).toMatchObject({ input: 0, output: 0, perImage: 65_000_000 })
  })

  it('zeros are no price', () => {
    expect([...list.prices.keys()]).toEqual([
      'openai/gpt-4o-mini',
      'anthropic/claude-sonnet-4-5',
      'google/gemini-2.5-flash-image',
      'aiml/flux-pro',
    ])
  })

  it('every number that has a decimal text of fifteen places comes out as it was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 ** 12 }), (nano) => {
        const usd = Number(`${nano}e-15`)
        const { prices } = read({ m: { input_cost_per_token: usd, output_cost_per_token: usd } })
        expect(prices.get('m')?.input).toBe(nano)
      }),
    )
  })
})

/** Corrupt data never replaces good data. */
describe('what is no price', () => {
  it.each(['', '<html>', '[]', 'null', '{}', '{"m": {"input_cost_per_token": 0}}', '{"m": 3}'])(
    '%j is no list',
    (text) => {
      expect(loadPrices(text).status).toBe('unreadable')
    },
  )

  it.each([-1e-6, '1e-6', 1e300, [1]])('%j: its model is left out and told of, the others stay', (wrong) => {
    const { prices, problems } = read({ ...ENTRIES, wrong: { input_cost_per_token: wrong } })
    expect(prices.has('wrong')).toBe(false)
    expect(prices.size).toBe(list.prices.size)
    expect(problems).toEqual([expect.stringMatching(/^wrong: input_cost_per_token/)])
  })

  it('whatever the text, nothing is thrown', () => {
    const values = fc.oneof(fc.double(), fc.string(), fc.constant(null), fc.object())
    const field = fc.constantFrom(
      'input_cost_per_token',
      'output_cost_per_token',
      'input_cost_per_token_flex',
    )
    const entries = fc.dictionary(fc.string(), fc.oneof(fc.dictionary(field, values), values))
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(['read', 'unreadable']).toContain(loadPrices(text).status)
      }),
    )
    fc.assert(
      fc.property(entries, (some) => {
        expect(['read', 'unreadable']).toContain(loadPrices(JSON.stringify(some)).status)
      }),
    )
  })
})

describe('a book with a list', () => {
  const book = priceBook({ lists: [list], overrides: { 'gpt-4o': { input: '1', output: '1' } } })

  it('has its prices before the built-in ones, and by a provider’s own name first', () => {
    const price = book.price({ provider: 'openai', model: 'GPT-4o-mini-2024-07-18' })!
    expect(price).toMatchObject({ source: 'listed', perWebSearch: 30_000_000 })
    expect(costOf({ input: 100, output: 10, serviceTier: 'batch' }, price)).toBe(10_500)
    expect(book.price({ provider: 'gemini', model: 'gemini-2.5-flash-image' })?.perImage).toBe(39_000_000)
  })

  it('prices hold at the provider that they are said of, and nowhere else', () => {
    expect(book.price({ provider: 'anthropic', model: 'gpt-4o-mini' })?.source).toBe('ceiling')
    const baseUrl = 'https://api.openai.com/v1'
    expect(book.price({ provider: 'mine', model: 'gpt-4o-mini', baseUrl })?.perWebSearch).toBe(30_000_000)
  })

  it('an override wins over it; what it leaves out stays as built in', () => {
    expect(book.price({ provider: 'openai', model: 'gpt-4o' })?.source).toBe('override')
    expect(book.price({ provider: 'openai', model: 'gpt-4.1' })?.input).toBe(2 * USD_PER_MILLION)
  })

  it('shows in the version', () => {
    expect(book.version).toMatch(/^genai-prices@[\d.]+\+litellm@[0-9a-f]{12}\+[0-9a-f]{12}$/)
  })
})
