import { describe, expect, it } from 'vitest'
import { readReport } from '../../packages/kit/src/toll/told.ts'
import { readUsage } from '../../packages/kit/src/wire/openai/usage.ts'

describe('a usage that cannot be is no usage, and is never charged as exact', () => {
  it.each([
    { prompt_tokens: -1, completion_tokens: -1 },
    { prompt_tokens: 10.5, completion_tokens: 500.5 },
    { prompt_tokens: 10, completion_tokens: '500' },
    { prompt_tokens: 10, completion_tokens: null },
    { prompt_tokens: 1e20, completion_tokens: 1e20 },
    { prompt_tokens: 0, completion_tokens: 0 },
    { completion_tokens: 5 },
    null,
  ])('%j', (usage) => {
    expect(readUsage(usage)).toBeUndefined()
    if (usage) expect(() => readReport({ model: 'gpt-4o', usage })).toThrow(RangeError)
  })

  it('counts reasoning that a provider leaves out of its completion tokens', () => {
    const beside = {
      prompt_tokens: 32,
      completion_tokens: 9,
      total_tokens: 135,
      completion_tokens_details: { reasoning_tokens: 94 },
    }
    expect(readUsage(beside)).toMatchObject({ input: 32, output: 103 })
    expect(readUsage({ prompt_tokens: 10, completion_tokens: 5, total_tokens: 515 })).toMatchObject({
      output: 505,
    })
    expect(readUsage({ prompt_tokens: 8, total_tokens: 8 })).toMatchObject({ input: 8, output: 0 })
  })
})
