import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nanoUsd } from '../core/money.ts'
import type { Bounds } from './bounds.ts'
import { type BrokenOff, estimatedCharge, estimateUsage } from './estimate.ts'
import { modelLimits } from './model-limits.ts'

const limits = { ...modelLimits()('gpt-4o-mini'), topTokensPerSecond: 500 }
const reasoning = { ...limits, hiddenReasoning: true }

/** 1,000 input at $0.15, 2,000 output at $0.60. */
const bounds: Bounds = {
  status: 'bounded',
  min: { usd: nanoUsd(450_000), tokens: 1_500, requests: 1 },
  want: { usd: nanoUsd(1_350_000), tokens: 3_000, requests: 1 },
  bound: 'proven',
  inputTokens: 1_000,
  outputTokens: 2_000,
  choices: 1,
  limited: true,
  grows: false,
  unit: { input: 150_000_000, output: 600_000_000, perRequest: 0 },
}

const broken: BrokenOff = {
  inputTokens: 250,
  outputTokensSeen: 100,
  stream: true,
  sinceDispatchMs: 2_000,
  outputMs: 1_000,
}

describe('a stream that broke off', () => {
  it('is charged what was seen, and a second more at the speed it was seen at', () => {
    expect(estimateUsage(broken, bounds, limits)).toEqual({ input: 250, output: 200 })
  })

  it('with a slack of 32 tokens at least', () => {
    expect(estimateUsage({ ...broken, outputTokensSeen: 5 }, bounds, limits)).toEqual({
      input: 250,
      output: 37,
    })
  })

  it('and of one second at the model’s top speed at most: a burst is not a speed', () => {
    const burst = { ...broken, outputTokensSeen: 400, outputMs: 3 }
    expect(estimateUsage(burst, bounds, limits)).toEqual({ input: 250, output: 900 })
    expect(estimateUsage({ ...burst, outputMs: 0 }, bounds, limits)).toEqual({ input: 250, output: 900 })
  })

  it('before any output was seen: what can have been generated since dispatch, and in a second more', () => {
    const unseen = { ...broken, outputTokensSeen: 0, outputMs: 0 }
    expect(estimateUsage(unseen, bounds, limits)).toEqual({ input: 250, output: 1_500 })
    // However soon it broke off: the provider has still to notice.
    expect(estimateUsage({ ...unseen, sinceDispatchMs: 0 }, bounds, limits)).toEqual({
      input: 250,
      output: 500,
    })
  })

  it('every choice generates at the same time', () => {
    const both = { ...bounds, choices: 2 }
    expect(estimateUsage({ ...broken, outputTokensSeen: 0 }, both, limits).output).toBe(3_000)
    expect(estimateUsage({ ...broken, outputTokensSeen: 5 }, both, limits).output).toBe(69)
  })

  it('input that nobody can count is charged at its bound', () => {
    expect(estimateUsage({ ...broken, inputTokens: undefined }, bounds, limits).input).toBe(1_000)
  })
})

describe('where what was seen bounds nothing, all that was reserved is charged', () => {
  it('an answer that is not a stream was finished before its first byte', () => {
    expect(estimateUsage({ ...broken, stream: false }, bounds, limits)).toEqual({
      input: 1_000,
      output: 2_000,
    })
  })

  it('reasoning may be hidden', () => {
    expect(estimateUsage(broken, bounds, reasoning)).toEqual({ input: 1_000, output: 2_000 })
  })

  it('no more than the cap that the provider was given', () => {
    expect(estimateUsage({ ...broken, cap: 700 }, bounds, reasoning)).toEqual({ input: 1_000, output: 700 })
    expect(estimateUsage({ ...broken, cap: 110 }, bounds, limits)).toEqual({ input: 250, output: 110 })
  })
})

describe('the charge', () => {
  it('prices each token at the dearest that it can be', () => {
    expect(estimatedCharge({ input: 250, output: 200 }, bounds, bounds.want)).toEqual({
      usd: 37_500 + 120_000,
      tokens: 450,
      requests: 1,
    })
  })

  it('is never above what was reserved, and never below what was seen', () => {
    const calls = fc.record({
      inputTokens: fc.option(fc.nat(5_000), { nil: undefined }),
      outputTokensSeen: fc.nat(4_000),
      stream: fc.boolean(),
      sinceDispatchMs: fc.nat(100_000),
      outputMs: fc.nat(100_000),
      cap: fc.option(fc.integer({ min: 1, max: 3_000 }), { nil: undefined }),
    })
    fc.assert(
      fc.property(calls, fc.integer({ min: 1, max: 8 }), fc.boolean(), (call, choices, hidden) => {
        const some = { ...bounds, choices }
        const usage = estimateUsage(call, some, hidden ? reasoning : limits)
        const most = Math.min(2_000, call.cap ?? 2_000) * choices
        expect(usage.output).toBeLessThanOrEqual(most)
        expect(usage.output).toBeGreaterThanOrEqual(Math.min(call.outputTokensSeen, most))
        expect(usage.input).toBeGreaterThanOrEqual(Math.min(call.inputTokens ?? 0, bounds.inputTokens))
        const charge = estimatedCharge(usage, some, bounds.want)
        expect(charge.usd).toBeLessThanOrEqual(bounds.want.usd)
        expect(charge.tokens).toBeLessThanOrEqual(bounds.want.tokens)
      }),
    )
  })
})
