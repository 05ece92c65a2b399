import { describe, expect, it } from 'vitest'
import { readChunkUsage, readUsageOf } from './completion-rules.ts'

describe('usage in a provider’s own words', () => {
  it('counts what came from the cache, by whatever name', () => {
    const quirks = { cachedInput: 'prompt_cache_hit_tokens' }
    const said = { prompt_tokens: 100, completion_tokens: 7, prompt_cache_hit_tokens: 64 }
    expect(readUsageOf(said, quirks)).toEqual({ input: 36, cachedInput: 64, output: 7 })
    // OpenAI's own name for it wins, where both are there.
    const both = { ...said, prompt_tokens_details: { cached_tokens: 32 } }
    expect(readUsageOf(both, quirks)).toMatchObject({ input: 68, cachedInput: 32 })
  })

  it('adds the thoughts that stand beside the completion, unless a total says that they are in it', () => {
    const quirks = { reasoning: 'beside' } as const
    const said = {
      prompt_tokens: 10,
      completion_tokens: 50,
      completion_tokens_details: { reasoning_tokens: 30 },
    }
    expect(readUsageOf(said, quirks)).toEqual({ input: 10, output: 80, reasoning: 30 })
    expect(readUsageOf({ ...said, total_tokens: 90 }, quirks)).toMatchObject({ output: 80 })
    expect(readUsageOf({ ...said, total_tokens: 60 }, quirks)).toMatchObject({ output: 50 })
  })

  it('takes what is billed for what is read', () => {
    const quirks = { billed: 'billed_units' }
    const said = { prompt_tokens: 500, completion_tokens: 20, total_tokens: 520 }
    const units = { input_tokens: 12, output_tokens: 20 }
    expect(readUsageOf({ ...said, billed_units: units }, quirks)).toEqual({ input: 12, output: 20 })
    expect(readUsageOf(said, quirks)).toEqual({ input: 500, output: 20 })
  })

  it('looks where it is said, and says nothing of what is no usage', () => {
    const quirks = { elsewhere: 'x_groq.usage' }
    const usage = { prompt_tokens: 3, completion_tokens: 4 }
    expect(readChunkUsage({ x_groq: { usage } }, quirks)).toEqual({ input: 3, output: 4 })
    expect(readChunkUsage({ usage }, quirks)).toEqual({ input: 3, output: 4 })
    expect(readChunkUsage({ x_groq: 'usage' }, quirks)).toBeUndefined()
    expect(readUsageOf('none', { billed: 'billed_units' })).toBeUndefined()
  })
})
