import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Usage } from '../../usage.ts'
import { mergeUsage, readUsage, writeUsage } from './usage.ts'

const plain = { input_tokens: 2_095, output_tokens: 503 }

describe('what Anthropic bills, by kind', () => {
  it('reads input and output, with every other field null', () => {
    const nothing = {
      cache_creation: null,
      cache_creation_input_tokens: null,
      cache_read_input_tokens: null,
      output_tokens_details: null,
      server_tool_use: null,
      service_tier: null,
    }
    expect(readUsage({ ...plain, ...nothing })).toEqual({ input: 2_095, output: 503 })
  })

  it('adds nothing to input that was read from the cache, or written to it', () => {
    const usage = {
      ...plain,
      cache_read_input_tokens: 100_000,
      cache_creation_input_tokens: 556,
      cache_creation: { ephemeral_5m_input_tokens: 456, ephemeral_1h_input_tokens: 100 },
    }
    expect(readUsage(usage)).toEqual({
      input: 2_095,
      cachedInput: 100_000,
      cacheWrite: 456,
      cacheWrite1h: 100,
      output: 503,
    })
  })

  it('takes writes without a breakdown for the short ones', () => {
    expect(readUsage({ ...plain, cache_creation_input_tokens: 50 })).toEqual({
      input: 2_095,
      cacheWrite: 50,
      output: 503,
    })
  })

  it('counts thinking in the output, and says how much it was', () => {
    const usage = { ...plain, output_tokens_details: { thinking_tokens: 400 } }
    expect(readUsage(usage)).toEqual({ input: 2_095, output: 503, reasoning: 400 })
  })

  it('counts searches, and names the tier that has prices of its own', () => {
    const tool = { web_search_requests: 3, web_fetch_requests: 2 }
    expect(readUsage({ ...plain, server_tool_use: tool, service_tier: 'priority' })).toEqual({
      input: 2_095,
      output: 503,
      webSearches: 3,
      serviceTier: 'priority',
    })
    expect(readUsage({ ...plain, service_tier: 'standard' })).toEqual({ input: 2_095, output: 503 })
  })

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['no output', { input_tokens: 3 }],
    ['zeros', { input_tokens: 0, output_tokens: 0 }],
    ['a negative count', { ...plain, cache_read_input_tokens: -1 }],
    ['a fraction', { ...plain, input_tokens: 1.5 }],
    ['a text', { ...plain, input_tokens: '7' }],
    ['searches that are no count', { ...plain, server_tool_use: { web_search_requests: 'many' } }],
    ['more than can be counted', { ...plain, input_tokens: Number.MAX_SAFE_INTEGER }],
  ])('reads no usage from %s', (_, usage) => {
    expect(readUsage(usage)).toBeUndefined()
  })
})

/** @see https://platform.claude.com/docs/en/build-with-claude/compaction#understanding-usage */
describe('what else was sampled for one answer', () => {
  const compacted = { type: 'compaction', input_tokens: 180_000, output_tokens: 3_500 }
  const message = { type: 'message', input_tokens: 23_000, output_tokens: 1_000 }

  it('adds what compacting took, which the counts at the top leave out', () => {
    const usage = { input_tokens: 23_000, output_tokens: 1_000, iterations: [compacted, message] }
    expect(readUsage(usage, 'claude-opus-5-5')).toEqual({ input: 203_000, output: 4_500 })
  })

  it('keeps the tier, which served all of them', () => {
    const usage = {
      input_tokens: 23_000,
      output_tokens: 1_000,
      service_tier: 'priority',
      iterations: [compacted, message],
    }
    expect(readUsage(usage)).toMatchObject({ input: 203_000, serviceTier: 'priority' })
  })

  it('bills an advisor as the model that it is', () => {
    const advised = {
      type: 'advisor_message',
      model: 'claude-opus-5-5',
      input_tokens: 823,
      cache_read_input_tokens: 40,
      output_tokens: 1_612,
    }
    const usage = { input_tokens: 412, output_tokens: 531, iterations: [message, advised, message] }
    expect(readUsage(usage, 'claude-haiku-5-5')).toEqual({
      input: 412,
      output: 531,
      others: [{ model: 'claude-opus-5-5', usage: { input: 823, cachedInput: 40, output: 1_612 } }],
    })
  })

  const declined = { type: 'message', model: 'claude-fable-5-1', input_tokens: 900, output_tokens: 12 }
  const served = { type: 'fallback_message', model: 'claude-opus-5-5', input_tokens: 950, output_tokens: 300 }
  const others = [{ model: 'claude-fable-5-1', usage: { input: 900, output: 12 } }]

  it('bills an attempt that was declined at its own model’s price', () => {
    const usage = { input_tokens: 950, output_tokens: 300, iterations: [declined, served] }
    expect(readUsage(usage, 'claude-opus-5-5')).toEqual({ input: 950, output: 300, others })
  })

  it('and bills it once, where the counts at the top hold it too', () => {
    const usage = { input_tokens: 1_850, output_tokens: 312, iterations: [declined, served] }
    expect(readUsage(usage, 'claude-opus-5-5')).toEqual({ input: 950, output: 300, others })
  })
})

describe('a usage that is said twice', () => {
  it('replaces count by count, and forgets nothing for a null', () => {
    const start = {
      input_tokens: 472,
      output_tokens: 2,
      cache_creation_input_tokens: 10,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 10 },
      service_tier: 'batch',
    }
    const end = {
      input_tokens: 10_682,
      output_tokens: 510,
      cache_creation_input_tokens: 25,
      cache_read_input_tokens: null,
      server_tool_use: { web_search_requests: 1 },
    }
    expect(readUsage(mergeUsage(start, end))).toEqual({
      input: 10_682,
      cacheWrite1h: 25,
      output: 510,
      webSearches: 1,
      serviceTier: 'batch',
    })
  })
})

it('reads back every usage that it has written', () => {
  const some = fc.option(fc.integer({ min: 1, max: 1_000_000 }), { nil: undefined })
  const usage = fc
    .record({
      input: fc.integer({ min: 1, max: 1_000_000 }),
      output: fc.integer({ min: 100, max: 1_000_000 }),
      cachedInput: some,
      cacheWrite: fc.integer({ min: 1, max: 100_000 }),
      cacheWrite1h: some,
      reasoning: fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
      webSearches: some,
      serviceTier: fc.constantFrom(undefined, 'priority' as const, 'batch' as const),
    })
    .map((kinds) => JSON.parse(JSON.stringify(kinds)) as Usage)
  fc.assert(
    fc.property(usage, (said) => {
      expect(readUsage(writeUsage(said))).toEqual(said)
    }),
  )
})
