import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { adoptListedData, listedProviders, listedVersion } from './genai-prices.ts'
import { readListedData } from './listed-data.ts'
import { priceBook } from './price-book.ts'
import { priceChanges } from './price-changes.ts'
import { doubtsAbout } from './price-doubts.ts'

interface Changeable {
  providers: {
    id: string
    api_pattern: string
    models: { id: string; match: unknown; prices: Record<string, unknown> }[]
  }[]
}

let built: string

beforeAll(async () => {
  built = JSON.stringify(await listedProviders())
})

/** The data of today with a change, as text. */
function changed(change: (providers: Changeable['providers']) => void): string {
  const providers: Changeable['providers'] = JSON.parse(built)
  change(providers)
  return JSON.stringify(providers)
}

/** The model of a provider in some data. */
function modelIn(providers: Changeable['providers'], provider: string, id: string) {
  return providers.find((each) => each.id === provider)!.models.find((model) => model.id === id)!
}

const withPrices = (prices: unknown) =>
  changed((providers) => {
    modelIn(providers, 'openai', 'gpt-4o').prices = prices as Record<string, unknown>
  })
const openaiIn = (providers: Changeable['providers']) => providers.find(({ id }) => id === 'openai')!

const priced = (prices: Record<string, unknown>) =>
  changed((providers) => {
    modelIn(providers, 'openai', 'gpt-4o').prices = prices
  })
const matched = (match: unknown) =>
  changed((providers) => {
    modelIn(providers, 'openai', 'gpt-4o').match = match
  })
const addressed = (pattern: string) =>
  changed(([provider]) => {
    provider!.api_pattern = pattern
  })

const read = (text: string) => {
  const data = readListedData(text)
  if (data.status !== 'read') throw new Error(data.problems.join())
  return data
}

/** What this package brings comes back into force. */
afterEach(() => adoptListedData({ ...read(built), version: 'genai-prices@0.1.8' }))

describe('price data that has come from somewhere else', () => {
  it('is read as it is published', () => {
    expect(read(built).version).toMatch(/^genai-prices@[0-9a-f]{12}$/)
  })

  it.each<[string, () => string]>([
    ['nothing', () => ''],
    ['cut off', () => built.slice(0, -20)],
    ['another JSON', () => '{"openai":{}}'],
    ['an empty list', () => '[]'],
    ['an error page', () => '<html>503 Service Unavailable</html>'],
    ['a provider that is none', () => '[null]'],
    ['a negative price', () => priced({ input_mtok: -1 })],
    ['a price in words', () => priced({ input_mtok: '2.5' })],
    ['a price beyond all measure', () => priced({ input_mtok: 1e300 })],
    ['a match of no known kind', () => matched({ sounds_like: 'gpt' })],
    ['a broken pattern', () => addressed('(')],
    ['a pattern that never ends', () => addressed('(a+)+$')],
    ['another one', () => matched({ regex: '^(a|a)*$' })],
    ['one that takes its time', () => matched({ regex: '.*.*.*.*.*.*x$' })],
    ['a third', () => matched({ regex: '^(?:(?:ab*)c?)+$' })],
    [
      'matches without an end',
      () => matched(JSON.parse(`${'{"or":['.repeat(500)}{"equals":"x"}${']}'.repeat(500)}`)),
    ],
  ])('%s is none', (_, text) => {
    expect(readListedData(text())).toMatchObject({ status: 'unreadable', problems: [expect.any(String)] })
  })
})

/** @see PAINS P13: LiteLLM #36561, and the cost map that went missing in January 2026. */
describe('P13: newer prices', () => {
  const query = { provider: 'openai', model: 'gpt-4o' }

  it('hold from the next question on, under their own version, in every book', () => {
    const books = [priceBook(), priceBook({ overrides: { mine: { input: '1', output: '2' } } })]
    const before = books.map((book) => book.price(query)!)
    const dearer = read(priced({ input_mtok: 3, output_mtok: 11 }))
    adoptListedData(dearer)
    const after = books.map((book) => book.price(query)!)
    expect(after.map(({ input, output }) => [input, output])).toEqual(
      books.map(() => [3_000_000_000, 11_000_000_000]),
    )
    expect(before.map(({ input }) => input)).toEqual(books.map(() => 2_500_000_000))
    for (const [index, book] of books.entries()) {
      expect(after[index]!.version).toContain(dearer.version)
      expect(after[index]!.version).toBe(book.version)
      expect(before[index]!.version).not.toBe(book.version)
    }
  })

  it('give an unknown model a ceiling of theirs', () => {
    const book = priceBook()
    const before = book.price({ provider: 'openai', model: 'gpt-99' })!
    adoptListedData(read(priced({ input_mtok: 9_000, output_mtok: 9_000 })))
    const after = book.price({ provider: 'openai', model: 'gpt-99' })!
    expect(after.source).toBe('ceiling')
    expect(after.input).toBe(9_000_000_000_000)
    expect(before.input).toBeLessThan(after.input)
  })

  it('are compared with those in force, kind by kind', async () => {
    const now = await listedProviders()
    const dearer = read(
      priced({
        input_mtok: 2.5,
        cache_read_mtok: 1.25,
        output_mtok: 11,
      }),
    )
    const changes = priceChanges(now, dearer.providers).filter(({ kind }) => kind === 'output')
    expect(changes).toEqual([
      { model: 'openai/gpt-4o', kind: 'output', before: 10_000_000_000, after: 11_000_000_000 },
    ])
    expect(doubtsAbout(now, dearer.providers)).toEqual([])
    expect(priceChanges(now, read(built).providers)).toEqual([])
  })

  it.each<[string, () => string]>([
    ['give a model away', () => priced({ input_mtok: 0, output_mtok: 0 })],
    ['make it nearly free', () => priced({ input_mtok: 2.5, output_mtok: 0.5 })],
    [
      'give away what is kept in a cache',
      () => priced({ input_mtok: 2.5, cache_read_mtok: 0, output_mtok: 10 }),
    ],
    [
      'give away all but the first token',
      () => priced({ input_mtok: { base: 2.5, tiers: [{ start: 1, price: 0 }] }, output_mtok: 10 }),
    ],
    [
      'give it away until a day that is far',
      () =>
        withPrices([
          { prices: { input_mtok: 0, output_mtok: 0 } },
          {
            constraint: { type: 'start_date', start_date: '2099-01-01' },
            prices: { input_mtok: 2.5, output_mtok: 10 },
          },
        ]),
    ],
    [
      'give it away by a name that leads to another entry',
      () =>
        changed(
          (p) =>
            void openaiIn(p).models.unshift({
              id: 'other',
              match: { starts_with: 'gpt-4o' },
              prices: { input_mtok: 0, output_mtok: 0 },
            }),
        ),
    ],
    ['have lost most models', () => changed((p) => void p.splice(3))],
  ])('that %s are doubted', async (_, text) => {
    expect(doubtsAbout(await listedProviders(), read(text()).providers)).not.toEqual([])
  })

  it('are told apart by their version', () => {
    expect(listedVersion()).toBe('genai-prices@0.1.8')
    adoptListedData(read(built))
    expect(listedVersion()).toBe(read(built).version)
  })
})
