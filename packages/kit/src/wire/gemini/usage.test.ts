import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { totalTokens, type Usage } from '../usage.ts'
import { readUsage, writeUsage } from './usage.ts'

describe('readUsage', () => {
  it('of pictures has a count of its own, apart from what came from the cache', () => {
    const said = {
      promptTokenCount: 1_000,
      cachedContentTokenCount: 300,
      candidatesTokenCount: 5,
      totalTokenCount: 1_005,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 400 },
        { modality: 'IMAGE', tokenCount: 600 },
      ],
      cacheTokensDetails: [{ modality: 'IMAGE', tokenCount: 258 }],
    }
    expect(readUsage(said)).toEqual({ input: 358, cachedInput: 300, imageInput: 342, output: 5 })
  })

  it('counts thoughts, which candidatesTokenCount leaves out, as output', () => {
    const said = {
      promptTokenCount: 12,
      candidatesTokenCount: 6,
      thoughtsTokenCount: 190,
      totalTokenCount: 208,
    }
    expect(readUsage(said)).toEqual({ input: 12, output: 196, reasoning: 190 })
  })

  it('counts what came from the cache, which promptTokenCount includes, once', () => {
    const said = { promptTokenCount: 5_000, cachedContentTokenCount: 4_096, candidatesTokenCount: 10 }
    expect(readUsage(said)).toEqual({ input: 904, cachedInput: 4_096, output: 10 })
  })

  it('counts what tools fed back, which promptTokenCount leaves out, as input', () => {
    const said = {
      promptTokenCount: 500,
      candidatesTokenCount: 120,
      toolUsePromptTokenCount: 300,
      thoughtsTokenCount: 10,
      totalTokenCount: 930,
    }
    expect(readUsage(said)).toEqual({ input: 800, output: 130, reasoning: 10 })
  })

  it('tells sound from text, cached sound as sound, and pictures that were made', () => {
    const said = {
      promptTokenCount: 1_000,
      cachedContentTokenCount: 400,
      candidatesTokenCount: 1_300,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 200 },
        { modality: 'AUDIO', tokenCount: 800 },
      ],
      cacheTokensDetails: [
        { modality: 'AUDIO', tokenCount: 300 },
        { modality: 'TEXT', tokenCount: 100 },
      ],
      candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 1_290 }],
    }
    const usage = readUsage(said)
    expect(usage).toEqual({ input: 100, cachedInput: 100, audioInput: 800, output: 10, imageOutput: 1_290 })
    expect(totalTokens(usage!)).toBe(2_300)
  })

  it('takes from the total what a chunk does not say by itself', () => {
    expect(readUsage({ promptTokenCount: 8, totalTokenCount: 20 })).toEqual({ input: 8, output: 12 })
  })

  it('names the tier that served a call, as the Gemini API and as Vertex say it', () => {
    expect(readUsage({ promptTokenCount: 1, serviceTier: 'flex' })?.serviceTier).toBe('flex')
    expect(readUsage({ promptTokenCount: 1, trafficType: 'ON_DEMAND_PRIORITY' })?.serviceTier).toBe(
      'priority',
    )
    expect(readUsage({ promptTokenCount: 1, trafficType: 'ON_DEMAND' })?.serviceTier).toBeUndefined()
  })

  it.each([undefined, {}, { promptTokenCount: -1 }, { promptTokenCount: '12' }, { promptTokenCount: 1.5 }])(
    'says nothing of %j, which is counted instead',
    (said) => expect(readUsage(said)).toBeUndefined(),
  )

  it('never counts more or fewer tokens than Google does', () => {
    const count = fc.nat(100_000)
    const said = fc.record({
      promptTokenCount: count,
      cachedContentTokenCount: count,
      toolUsePromptTokenCount: count,
      candidatesTokenCount: count,
      thoughtsTokenCount: count,
      promptTokensDetails: fc.array(fc.record({ modality: fc.constant('AUDIO'), tokenCount: count })),
      cacheTokensDetails: fc.array(fc.record({ modality: fc.constant('AUDIO'), tokenCount: count })),
      candidatesTokensDetails: fc.array(
        fc.record({ modality: fc.constantFrom('AUDIO', 'IMAGE'), tokenCount: count }),
      ),
    })
    fc.assert(
      fc.property(said, (usage) => {
        const total =
          usage.promptTokenCount +
          usage.toolUsePromptTokenCount +
          usage.candidatesTokenCount +
          usage.thoughtsTokenCount
        const read = readUsage({ ...usage, totalTokenCount: total })
        expect(read ? totalTokens(read) : 0).toBe(read ? total : 0)
        for (const kind of Object.values(read ?? {})) expect(kind).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})

describe('writeUsage', () => {
  it('is read back as it was', () => {
    const count = fc.integer({ min: 1, max: 1_000_000 })
    const usage = fc
      .record(
        {
          input: count,
          output: fc.integer({ min: 2, max: 1_000_000 }),
          cachedInput: count,
          audioInput: count,
          audioOutput: count,
          imageOutput: count,
          reasoning: fc.constant(1),
          serviceTier: fc.constantFrom('flex' as const, 'priority' as const),
        },
        { requiredKeys: ['input', 'output'] },
      )
      .map((record): Usage => record)
    fc.assert(
      fc.property(usage, (said) => {
        expect(readUsage(writeUsage(said))).toEqual(said)
      }),
    )
  })

  it('says writes to a cache, which Gemini does not know, as input', () => {
    expect(writeUsage({ input: 10, cacheWrite: 5, cachedInput: 3, output: 4, reasoning: 1 })).toEqual({
      promptTokenCount: 18,
      cachedContentTokenCount: 3,
      candidatesTokenCount: 3,
      thoughtsTokenCount: 1,
      totalTokenCount: 22,
    })
  })
})
