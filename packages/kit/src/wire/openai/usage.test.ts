import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inputTokens, type Usage } from '../usage.ts'
import { readResponsesUsage, readUsage, withTier, writeResponsesUsage, writeUsage } from './usage.ts'

describe('usage of Chat Completions', () => {
  it('of pictures has a count of its own, apart from what came from the cache', () => {
    const usage = {
      prompt_tokens: 1_000,
      completion_tokens: 5,
      prompt_tokens_details: { cached_tokens: 300, image_tokens: 600 },
    }
    expect(readUsage(usage)).toEqual({ input: 100, cachedInput: 300, imageInput: 600, output: 5 })
  })

  it('includes what was cached, written to the cache and heard in its prompt, and counts each token once', () => {
    expect(
      readUsage({
        prompt_tokens: 2_006,
        completion_tokens: 300,
        total_tokens: 2_306,
        prompt_tokens_details: { cached_tokens: 1_000, cache_write_tokens: 900, audio_tokens: 6 },
        completion_tokens_details: { reasoning_tokens: 192, audio_tokens: 8 },
      }),
    ).toEqual({
      input: 100,
      cachedInput: 1_000,
      cacheWrite: 900,
      audioInput: 6,
      output: 292,
      audioOutput: 8,
      reasoning: 192,
    })
  })

  it('adds reasoning that a provider leaves out of its completion: xAI counts it beside', () => {
    expect(
      readUsage({
        prompt_tokens: 37,
        completion_tokens: 9,
        total_tokens: 387,
        completion_tokens_details: { reasoning_tokens: 341 },
      }),
    ).toEqual({ input: 37, output: 350, reasoning: 341 })
  })

  it.each([
    [null],
    [{}],
    [{ prompt_tokens: 0, completion_tokens: 0 }],
    [{ prompt_tokens: 5, completion_tokens: -1 }],
    [{ prompt_tokens: 5, completion_tokens: null }],
    [{ prompt_tokens: 1.5, completion_tokens: 1 }],
  ])('says nothing that could be charged: %j', (usage) => {
    expect(readUsage(usage)).toBeUndefined()
  })
})

describe('usage of Responses', () => {
  it('tells how long what was written is kept', () => {
    expect(
      readResponsesUsage({
        input_tokens: 5_000,
        input_tokens_details: {
          cached_tokens: 1_000,
          cache_write_tokens: 3_500,
          cache_write_tokens_details: { ttl_30m_tokens: 500, ttl_12h_tokens: 3_000 },
        },
        output_tokens: 70,
        output_tokens_details: { reasoning_tokens: 64 },
        total_tokens: 5_070,
      }),
    ).toEqual({
      input: 500,
      cachedInput: 1_000,
      cacheWrite: 500,
      cacheWrite1h: 3_000,
      output: 70,
      reasoning: 64,
    })
  })
})

const count = fc.nat({ max: 1_000_000 })
const usages: fc.Arbitrary<Usage> = fc
  .record(
    {
      input: count,
      output: count,
      cachedInput: count,
      cacheWrite: count,
      cacheWrite1h: count,
      reasoning: count,
    },
    { requiredKeys: ['input', 'output'] },
  )
  .map((usage) => ({
    ...usage,
    ...(usage.reasoning ? { reasoning: Math.min(usage.reasoning, usage.output) } : {}),
  }))

describe('usage that is written for a client', () => {
  it.each([
    ['Chat', writeUsage, readUsage],
    ['Responses', writeResponsesUsage, readResponsesUsage],
  ])('is read back as it was: %s', (_, write, read) => {
    fc.assert(
      fc.property(usages, (usage) => {
        const kept = Object.fromEntries(Object.entries(usage).filter(([, tokens]) => tokens > 0))
        const expected = inputTokens(usage) + usage.output > 0 ? { input: 0, output: 0, ...kept } : undefined
        expect(read(write(usage))).toEqual(expected)
      }),
    )
  })

  it('counts sound and pictures with the rest', () => {
    const usage = { input: 1, audioInput: 2, imageInput: 3, output: 4, audioOutput: 5, imageOutput: 6 }
    expect(writeUsage(usage)).toEqual({
      prompt_tokens: 6,
      completion_tokens: 15,
      total_tokens: 21,
      prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 0, audio_tokens: 2 },
      completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 5 },
    })
  })

  it('names the tiers that have prices of their own', () => {
    const usage = { input: 1, output: 1 }
    expect(withTier(usage, 'flex')).toEqual({ ...usage, serviceTier: 'flex' })
    expect(withTier(usage, 'default')).toEqual(usage)
    expect(withTier(undefined, 'flex')).toBeUndefined()
  })
})
