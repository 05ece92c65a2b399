import { describe, expect, it } from 'vitest'
import { readReport, type UsageReport } from './told.ts'

const report = (usage: object): UsageReport => ({ model: 'm', usage })

describe('a provider’s own usage object is known by the names of its counts', () => {
  it.each([
    ['Chat Completions', { prompt_tokens: 10, completion_tokens: 2 }, { input: 10, output: 2 }],
    [
      'Responses',
      { input_tokens: 10, input_tokens_details: { cached_tokens: 4 }, output_tokens: 2, total_tokens: 12 },
      { input: 6, cachedInput: 4, output: 2 },
    ],
    [
      'Messages',
      { input_tokens: 10, cache_read_input_tokens: 4, output_tokens: 2 },
      { input: 10, cachedInput: 4, output: 2 },
    ],
    [
      'Gemini',
      { promptTokenCount: 10, cachedContentTokenCount: 4, candidatesTokenCount: 1, thoughtsTokenCount: 1 },
      { input: 6, cachedInput: 4, output: 2, reasoning: 1 },
    ],
  ])('%s', (_, usage, read) => {
    expect(readReport(report(usage))).toEqual({ model: 'm', usage: read })
  })

  it.each([{}, { prompt_tokens: -1 }, { input_tokens: 'many', output_tokens: 2 }, { promptTokenCount: 0.5 }])(
    '%o is none',
    (usage) => {
      expect(() => readReport(report(usage))).toThrow(RangeError)
    },
  )
})
