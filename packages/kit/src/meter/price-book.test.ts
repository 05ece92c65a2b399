import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { GENAI_PRICES_VERSION } from './genai-prices.ts'
import { costOf } from './price.ts'
import { priceBook } from './price-book.ts'

const USD_PER_MILLION = 1_000_000_000
const at = (iso: string) => ({ now: () => Date.parse(iso) })
const book = priceBook({ clock: at('2026-11-21T12:00:00Z') })
const openai = (model: string) => book.price({ provider: 'openai', model })

it('the version that records carry is that of the data installed', () => {
  const entry = createRequire(__filename).resolve('@pydantic/genai-prices')
  const installed = JSON.parse(readFileSync(join(dirname(entry), '..', 'package.json'), 'utf8'))
  expect(GENAI_PRICES_VERSION).toBe(installed.version)
  expect(book.version).toBe(`genai-prices@${installed.version}`)
})

describe('listed prices, against the providers’ pages', () => {
  it('gpt-4o-mini: $0.15, cached $0.075, $0.60', () => {
    expect(openai('gpt-4o-mini')).toMatchObject({
      input: 150_000_000,
      cachedInput: 75_000_000,
      cacheWrite: 150_000_000,
      output: 600_000_000,
      perRequest: 0,
      tiers: [],
      source: 'listed',
    })
  })

  it('snapshots, aliases and other spellings are the model they belong to', () => {
    expect(openai('gpt-4o-2024-08-06')).toEqual(openai('gpt-4o'))
    expect(openai('GPT-4o')).toEqual(openai('gpt-4o'))
    expect(openai('gpt-4o-2024-05-13')?.input).toBe(5 * USD_PER_MILLION)
    expect(openai('ft:gpt-4o-mini-2024-07-18:acme::x1')?.output).toBe(1.2 * USD_PER_MILLION)
  })

  it('input cached at a model without a cached price costs what input costs', () => {
    expect(openai('gpt-4-turbo')?.cachedInput).toBe(10 * USD_PER_MILLION)
  })

  it('embeddings have a price of input', () => {
    const price = openai('text-embedding-3-small')!
    expect(costOf({ input: 1_000, output: 0 }, price)).toBe(20_000)
  })

  it('gpt-6-astra: cache writes, and other prices from 272,000 tokens on', () => {
    const price = openai('gpt-6-astra')!
    expect(price.cacheWrite).toBe(12_500_000_000)
    expect(price.tiers).toHaveLength(1)
    expect(price.tiers[0]).toMatchObject({
      aboveInputTokens: 271_999,
      prices: {
        input: 20_000_000_000,
        cachedInput: 2_000_000_000,
        cacheWrite: 25_000_000_000,
        output: 75_000_000_000,
      },
    })
    expect(costOf({ input: 271_999, output: 1_000 }, price)).toBe(2_769_990_000)
    expect(costOf({ input: 272_000, output: 1_000 }, price)).toBe(5_515_000_000)
  })

  it('gpt-audio: text $2.50 and $10, audio $32 and $64', () => {
    const usage = { input: 100, audioInput: 1_000, output: 10, audioOutput: 500 }
    expect(costOf(usage, openai('gpt-audio')!)).toBe(250_000 + 32_000_000 + 100_000 + 32_000_000)
  })

  it('audio without a listed price is charged at the dearest audio of that provider, never as text', () => {
    expect(openai('gpt-4o-audio-preview')).toMatchObject({
      input: 2.5 * USD_PER_MILLION,
      audioInput: 40 * USD_PER_MILLION,
      audioOutput: 80 * USD_PER_MILLION,
    })
    const claude = book.price({ provider: 'anthropic', model: 'claude-opus-4-5' })!
    expect(claude.audioInput).toBe(claude.input)
  })

  it('a price per request: sonar-pro at its dearest search context, $14 a thousand', () => {
    expect(book.price({ provider: 'perplexity', model: 'sonar-pro' })?.perRequest).toBe(14_000_000)
  })

  it('a price that changed on a date', () => {
    const o3 = (iso: string) =>
      priceBook({ clock: at(iso) }).price({ provider: 'openai', model: 'o3' })?.input
    expect(o3('2025-06-09T23:59:59Z')).toBe(10 * USD_PER_MILLION)
    expect(o3('2025-06-10T00:00:00Z')).toBe(2 * USD_PER_MILLION)
  })

  it('a price that depends on the hour is looked up anew when the hour comes', () => {
    let now = Date.parse('2026-11-21T00:59:59.999Z')
    const deepseek = priceBook({ clock: { now: () => now } })
    const input = () => deepseek.price({ provider: 'deepseek', model: 'deepseek-v4-flash' })?.input
    expect(input()).toBe(220_000_000)
    now += 1
    expect(input()).toBe(440_000_000)
  })
})

describe('whose price it is', () => {
  const input = (provider: string, model: string, baseUrl?: string, priceAs?: string) =>
    book.price({ provider, model, baseUrl, priceAs })

  it('a provider is known by its URL, whatever it is called', () => {
    expect(input('mine', 'llama-3.1-8b-instant', 'https://api.groq.com/openai/v1')?.source).toBe('listed')
    expect(input('openai', 'llama-3.1-8b-instant', 'https://api.groq.com/openai/v1')?.source).toBe('listed')
  })

  it('or by its name', () => {
    expect(input('my-openai', 'gpt-4o')).toEqual(openai('gpt-4o'))
    expect(input('openai', 'gpt-4o', 'http://127.0.0.1:4010/v1')).toEqual(openai('gpt-4o'))
  })

  it('or as the config says', () => {
    expect(input('mine', 'llama-3.1-8b-instant', 'https://proxy.acme.test/v1', 'groq')?.source).toBe('listed')
  })

  it('or by the maker of the model', () => {
    expect(input('proxy', 'gpt-4o', 'https://llm.acme.test/v1')).toEqual(openai('gpt-4o'))
  })

  it('a model of one’s own costs nothing', () => {
    const free = book.price({ provider: 'local', model: 'gpt-4o', billing: 'none' })!
    expect(free.source).toBe('free')
    expect(costOf({ input: 1_000_000, audioInput: 7, output: 1_000_000 }, free)).toBe(0)
  })
})

describe('overrides', () => {
  const overridden = priceBook({
    overrides: {
      'gpt-4o-mini': { input: '0.10', output: '0.40' },
      'azure/gpt-4o-mini': { input: '0.11', output: '0.44', cached_input: '0.05', per_request: '0.001' },
      claude: {
        input: '1',
        output: '2',
        cache_write: '3',
        cache_write_1h: '4',
        audio_input: '5',
        audio_output: '6',
        image_input: '7',
        image_output: '8',
        web_search: '0.01',
        image: '0.04',
        audio_minute: '0.006',
        characters: '15',
        long_context: { above: 200_000, input: '10', output: '20' },
        flex: { input: '0.5', output: '1' },
      },
    },
  })

  it('win over the book; what they leave out costs what input and output cost', () => {
    expect(overridden.price({ provider: 'openai', model: 'gpt-4o-mini' })).toMatchObject({
      input: 100_000_000,
      cachedInput: 100_000_000,
      output: 400_000_000,
      source: 'override',
    })
  })

  it('a provider’s own beats the model’s', () => {
    expect(overridden.price({ provider: 'azure', model: 'GPT-4o-mini' })).toMatchObject({
      input: 110_000_000,
      cachedInput: 50_000_000,
      perRequest: 1_000_000,
    })
  })

  it('every kind can be given', () => {
    expect(overridden.price({ provider: 'x', model: 'claude' })).toMatchObject({
      cacheWrite: 3 * USD_PER_MILLION,
      cacheWrite1h: 4 * USD_PER_MILLION,
      audioInput: 5 * USD_PER_MILLION,
      audioOutput: 6 * USD_PER_MILLION,
      imageInput: 7 * USD_PER_MILLION,
      imageOutput: 8 * USD_PER_MILLION,
      perWebSearch: 10_000_000,
      perImage: 40_000_000,
      perAudioMinute: 6_000_000,
      perMillionCharacters: 15 * USD_PER_MILLION,
      tiers: [{ aboveInputTokens: 200_000, prices: { input: 10 * USD_PER_MILLION } }],
      serviceTiers: { flex: { input: 0.5 * USD_PER_MILLION, output: USD_PER_MILLION } },
    })
  })

  it('show in the version, in whatever order they are written', () => {
    const one = { a: { input: '1', output: '2' }, b: { input: '3', output: '4' } }
    const two = { b: { output: '4', input: '3' }, a: { output: '2.0', input: '1' } }
    expect(priceBook({ overrides: one }).version).toMatch(/^genai-prices@[\d.]+\+[0-9a-f]{12}$/)
    expect(priceBook({ overrides: one }).version).toBe(priceBook({ overrides: two }).version)
    expect(priceBook({ overrides: one }).version).not.toBe(overridden.version)
  })

  it.each([
    [{ input: '0,15', output: '1' }, /prices\["m"\]\.input/],
    [{ input: '-1', output: '1' }, /prices\["m"\]\.input/],
    [{ input: '1' }, /needs input and output/],
    [{ input: '1', output: '2', inptu: '3' }, /prices\["m"\]\.inptu is not a price/],
  ])('%o is refused at assembly', (override, message) => {
    expect(() => priceBook({ overrides: { m: override as never } })).toThrow(message)
  })
})

/** An unknown or stale price is never $0. */
describe('a model that nobody has priced', () => {
  it('costs the dearest known price of its provider', () => {
    const price = openai('gpt-99-ultra')!
    expect(price).toMatchObject({
      source: 'ceiling',
      input: 150 * USD_PER_MILLION,
      output: 600 * USD_PER_MILLION,
    })
    expect(price.cachedInput).toBe(150 * USD_PER_MILLION)
  })

  it('never less, in any kind, than any model listed there, tiers included', () => {
    const ceiling = openai('gpt-99-ultra')!
    for (const model of [
      'o1-pro',
      'gpt-5.5-pro',
      'gpt-6-astra',
      'gpt-4o-realtime-preview',
      'gpt-audio',
      'gpt-4',
    ]) {
      const known = openai(model)!
      for (const prices of [known, ...known.tiers.map((tier) => tier.prices)]) {
        expect(ceiling.input).toBeGreaterThanOrEqual(prices.input)
        expect(ceiling.cacheWrite).toBeGreaterThanOrEqual(prices.cacheWrite)
        expect(ceiling.audioInput).toBeGreaterThanOrEqual(prices.audioInput)
        expect(ceiling.output).toBeGreaterThanOrEqual(prices.output)
        expect(ceiling.audioOutput).toBeGreaterThanOrEqual(prices.audioOutput)
      }
    }
  })

  it('a listing without any price is no price, and not free', () => {
    expect(openai('moderation')?.source).toBe('ceiling')
  })

  it('a price by the hour is one by the minute: $0.36 an hour', () => {
    expect(openai('whisper-1')).toMatchObject({ source: 'listed', perAudioMinute: 6_000_000, input: 0 })
  })

  it('at a provider that nobody knows, the dearest of OpenAI and OpenRouter', () => {
    expect(book.price({ provider: 'acme', model: 'acme-1' })).toMatchObject({
      source: 'ceiling',
      input: 150 * USD_PER_MILLION,
      output: 600 * USD_PER_MILLION,
    })
  })

  it('overrides are known prices too', () => {
    const dear = priceBook({ overrides: { other: { input: '1', output: '5000' } } })
    expect(dear.price({ provider: 'openai', model: 'gpt-99' })?.output).toBe(5_000 * USD_PER_MILLION)
  })

  it('has no price under `refuse`, however often one asks', () => {
    const strict = priceBook({ unknownPrice: 'refuse' })
    expect(strict.price({ provider: 'openai', model: 'gpt-99-ultra' })).toBeUndefined()
    expect(strict.price({ provider: 'openai', model: 'gpt-99-ultra' })).toBeUndefined()
    expect(strict.price({ provider: 'openai', model: 'moderation' })).toBeUndefined()
    expect(strict.price({ provider: 'openai', model: 'gpt-4o' })?.source).toBe('listed')
  })

  it('a name that is no name is not looked for', () => {
    expect(openai(`gpt-4o${'x'.repeat(1_000_000)}`)?.source).toBe('ceiling')
  })
})
