import { describe, expect, it } from 'vitest'
import { findListedProvider } from './genai-prices.ts'
import { modelLimits } from './model-limits.ts'
import { MODEL_FAMILIES } from './model-limits-table.ts'

const limitsOf = modelLimits()

it.each([
  ['gpt-3.5-turbo-0125', 16_385, 4_096, false, 'cl100k_base'],
  ['gpt-35-turbo', 16_385, 4_096, false, 'cl100k_base'],
  ['gpt-4-0613', 8_192, 8_192, false, 'cl100k_base'],
  ['gpt-4-turbo-2024-04-09', 128_000, 4_096, false, 'cl100k_base'],
  ['gpt-4.1-nano-2025-04-14', 1_047_576, 32_768, false, 'o200k_base'],
  ['gpt-4o-2024-05-13', 128_000, 4_096, false, 'o200k_base'],
  ['gpt-4o-mini', 128_000, 16_384, false, 'o200k_base'],
  ['o1-mini-2024-09-12', 128_000, 65_536, true, 'o200k_base'],
  ['o3-mini', 200_000, 100_000, true, 'o200k_base'],
  ['gpt-5-chat-latest', 128_000, 16_384, false, 'o200k_base'],
  ['gpt-5-2025-08-07', 400_000, 128_000, true, 'o200k_base'],
  ['gpt-5.4-mini', 400_000, 128_000, true, 'o200k_base'],
  ['gpt-5.5-pro', 1_050_000, 128_000, true, 'o200k_base'],
  ['gpt-6-luna', 1_050_000, 128_000, true, 'o200k_base'],
  ['text-embedding-3-small', 8_192, 0, false, 'cl100k_base'],
  ['claude-sonnet-4-5-20250929', 1_000_000, 64_000, true, 'o200k_base'],
  ['us.anthropic.claude-haiku-4-5-20251001-v1:0', 200_000, 64_000, true, 'o200k_base'],
  ['claude-sonnet-4-5@20250929', 1_000_000, 64_000, true, 'o200k_base'],
  ['claude-opus-5', 1_000_000, 128_000, true, 'o200k_base'],
  ['gemini-2.5-flash', 1_048_576, 65_536, true, 'o200k_base'],
])('%s', (model, contextWindow, maxOutput, hiddenReasoning, encoding) => {
  expect(limitsOf(model)).toMatchObject({ contextWindow, maxOutput, hiddenReasoning, encoding })
})

it('a vendor’s prefix, a fine-tune or capitals change nothing', () => {
  for (const model of ['openai/gpt-4o', 'ft:gpt-4o-2024-08-06:acme::x', 'GPT-4o']) {
    expect(limitsOf(model)).toEqual(limitsOf('gpt-4o'))
  }
})

it.each(['gpt-7', 'gpt-5.9', 'llama-3.3-70b', 'not-gpt-4o', '', 'x'.repeat(10_000)])(
  'nothing good is assumed of %.20s',
  (model) => {
    expect(limitsOf(model)).toMatchObject({
      contextWindow: undefined,
      maxOutput: undefined,
      hiddenReasoning: true,
    })
  },
)

it('overrides win, field by field', () => {
  const own = modelLimits({
    llama: { contextWindow: 131_072, hiddenReasoning: false },
    'gpt-4o': { maxOutput: 99 },
  })
  expect(own('llama')).toMatchObject({ contextWindow: 131_072, maxOutput: undefined, hiddenReasoning: false })
  expect(own('gpt-4o')).toMatchObject({ contextWindow: 128_000, maxOutput: 99 })
})

describe('the table', () => {
  it('names a source for every row', () => {
    for (const { source } of MODEL_FAMILIES) expect(source).toMatch(/^https:\/\//)
  })

  it('has no row that the ones before it hide', () => {
    const reached = new Set(EXAMPLES.map((name) => MODEL_FAMILIES.find((family) => family.models.test(name))))
    expect(
      MODEL_FAMILIES.filter((family) => !reached.has(family)).map(({ models }) => models.source),
    ).toEqual([])
  })

  /** A window that is too small would be a bound that does not hold. */
  it('has no smaller window than the price data, but where OpenAI’s own page says so', () => {
    const smaller = ['openai', 'anthropic', 'google'].flatMap((providerId) =>
      findListedProvider([{ providerId }])!
        .models.filter(
          ({ id, context_window = 0 }) => (limitsOf(id).contextWindow ?? context_window) < context_window,
        )
        .map(({ id }) => id),
    )
    expect(smaller).toEqual(['gpt-3.5-turbo-instruct'])
  })
})

/** One model of every row. */
const EXAMPLES = [
  ...[
    'gpt-4o-transcribe',
    'gpt-4o-mini-tts',
    'gpt-4o-mini-realtime-preview',
    'gpt-4o-realtime-preview',
    'gpt-realtime-2.1-mini',
    'gpt-realtime-mini',
  ],
  ...[
    'gpt-3.5-turbo-instruct',
    'gpt-3.5-turbo-16k',
    'gpt-3.5-turbo',
    'gpt-4-32k',
    'gpt-4-turbo',
    'gpt-4',
    'gpt-4.1',
  ],
  ...[
    'gpt-4.5-preview',
    'gpt-4o-2024-05-13',
    'gpt-4o',
    'gpt-audio',
    'o1-mini',
    'o1-preview',
    'o3',
    'gpt-5-chat-latest',
  ],
  ...[
    'gpt-5.2-chat-latest',
    'gpt-5-pro',
    'gpt-5.5',
    'gpt-5',
    'gpt-6.2-astra',
    'gpt-oss-20b',
    'text-embedding-3-large',
  ],
  ...['babbage-002', 'claude-3-opus-20240229', 'claude-3-5-haiku-latest', 'claude-3-7-sonnet-latest'],
  ...[
    'claude-opus-4-20250514',
    'claude-haiku-4-5',
    'claude-opus-4-6',
    'claude-sonnet-4-5',
    'claude-sonnet-5',
  ],
  ...['gemini-1.5-pro', 'gemini-2.0-flash', 'gemini-2.5-pro'],
]
