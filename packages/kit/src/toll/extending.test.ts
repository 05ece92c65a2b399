import { describe, expect, it } from 'vitest'
import { TollgateError } from '../core/errors.ts'
import { type NanoUsd, nanoUsd } from '../core/money.ts'
import type { Amounts, Extend, ExtendResult, Shortfall } from '../ledger/ledger.ts'
import type { Bounds } from '../meter/bounds.ts'
import { modelLimits } from '../meter/model-limits.ts'
import type { Counting } from './counting.ts'
import { extending } from './extending.ts'
import type { Reading } from './reading.ts'
import type { Toll } from './toll.ts'

/** One nano-USD a token of output, and nothing for input. */
const BOUNDS: Bounds = {
  status: 'bounded',
  min: amounts(1_000),
  want: amounts(1_000),
  bound: 'proven',
  inputTokens: 0,
  outputTokens: 100_000,
  choices: 1,
  limited: true,
  grows: true,
  unit: { input: 0, output: 1_000_000, perRequest: 0 },
}

function amounts(output: number): Amounts {
  return { usd: nanoUsd(output), tokens: output, requests: 1 }
}

const SHORTFALL: Shortfall = {
  reason: 'reserved',
  account: 'key:k1',
  budget: 'usd-total',
  metric: 'usd',
  window: 'total',
  limit: 5_000,
  spent: 0,
  reserved: 5_000,
  unconfirmed: 0,
  remaining: 0,
  resetAtMs: null,
}

interface Scene {
  /** The budget, in tokens. */
  readonly budget?: number
  readonly bounds?: Partial<Bounds>
}

/** An answer of which a test says how much has come, and when; books that give what their budget has. */
function scene({ budget = 5_000, bounds = {} }: Scene = {}) {
  const asked: Extend[] = []
  const cuts: string[] = []
  const state = { tokens: 0, nowMs: 0, blocked: false, away: false }
  const toll = {
    id: 'a',
    earlier: [],
    principal: { org: 'acme' },
    demand: { bounds: { ...BOUNDS, ...bounds }, limits: modelLimits()('gpt-4o') },
    cap: undefined,
    granted: BOUNDS.min,
    lostAttempts: undefined,
    ended: undefined,
    ttlMs: 1_000,
    refusalOf: ({ reason }: Shortfall) =>
      new TollgateError(reason === 'exceeded' ? 'budget_exceeded' : 'budget_reserved'),
    reserveNext: async () => undefined,
    booth: {
      ledger: {
        async extend(command: Extend): Promise<ExtendResult> {
          asked.push(command)
          if (state.away) throw new Error('away')
          if (command.min.usd > budget)
            return { status: 'denied', shortfall: { ...SHORTFALL, limit: budget } }
          const usd = Math.max(toll.granted.usd, Math.min(command.want.usd, budget)) as NanoUsd
          return { status: 'open', granted: { ...command.want, usd, tokens: command.want.tokens } }
        },
      },
    },
  } as unknown as Toll
  const reading = { streaming: true, complete: false, usage: undefined, firstAtMs: 0, lastAtMs: 0 } as {
    -readonly [Field in keyof Reading]: Reading[Field]
  }
  const counting = {
    outputAtMost: () => state.tokens,
    outputAtLeast: () => state.tokens,
    countOutput: async () => state.tokens,
  } as Counting
  const growing = extending(toll, reading, () => counting, {
    blocked: () => state.blocked,
    cut: ({ code }) => cuts.push(code),
    monotonicMs: () => state.nowMs,
  })
  return {
    toll,
    reading,
    state,
    asked,
    cuts,
    growing,
    /** So many tokens have come by then, and pass or wait. */
    async come(tokens: number, nowMs: number): Promise<'passes' | 'waits'> {
      Object.assign(state, { tokens, nowMs })
      reading.lastAtMs = nowMs
      let waited: 'passes' | 'waits' = 'passes'
      for (let wait = growing!.ask(); wait && cuts.length === 0; wait = growing!.ask()) {
        await wait
        waited = 'waits'
      }
      return waited
    },
    settled: () => new Promise((resolve) => setImmediate(resolve)),
  }
}

describe('a reservation that grows', () => {
  it('is extended before it is needed, and nothing waits', async () => {
    const { come, asked, settled } = scene()
    expect(await come(100, 1_000)).toBe('passes')
    expect(asked).toHaveLength(0)
    // 700 that have come, 100 on their way, and 256 ahead of them.
    expect(await come(700, 7_000)).toBe('passes')
    await settled()
    expect(asked.map(({ min, want }) => [min.usd, want.usd])).toEqual([[800, 1_312]])
    expect(await come(1_000, 10_000)).toBe('passes')
  })

  it('that an answer outruns has it wait', async () => {
    const { come, asked } = scene()
    expect(await come(1_500, 15_000)).toBe('waits')
    expect(asked.map(({ min }) => min.usd)).toEqual([1_600])
    expect(await come(1_510, 15_100)).toBe('passes')
  })

  it('takes twice of what has come, while an answer is younger than a second', async () => {
    const { come, asked } = scene()
    await come(600, 10)
    expect(asked.map(({ min }) => min.usd)).toEqual([1_200])
  })

  it('is cut at its margin, with what has come reserved for as far as there is room', async () => {
    const { come, asked, cuts, toll } = scene({ budget: 5_000 })
    await come(4_000, 40_000)
    expect(cuts).toEqual([])
    await come(4_900, 49_000)
    expect(cuts).toEqual([])
    await come(4_950, 49_500)
    expect(cuts).toEqual(['budget_exceeded'])
    expect(asked.at(-1)).toMatchObject({ min: { usd: 4_950 }, want: { usd: 5_050 } })
    expect(toll.granted.usd).toBe(5_000)
  })

  it('asks once where there is little, and again when that is needed', async () => {
    const { come, asked, settled } = scene({ budget: 1_100 })
    for (const tokens of [700, 750, 800, 900]) await come(tokens, tokens * 10)
    await settled()
    expect(asked).toHaveLength(1)
    expect(await come(1_001, 10_010)).toBe('waits')
    expect(asked.length).toBeGreaterThan(1)
  })

  it('covers what is generated while the client does not read', async () => {
    const { come, asked, cuts, state, growing, settled } = scene()
    await come(500, 5_000)
    state.blocked = true
    state.nowMs = 8_000
    // A second's worth is on its way, and that of the three seconds in which nothing was read.
    expect(growing!.ask()).toBeUndefined()
    await settled()
    expect(asked.map(({ min }) => min.usd)).toEqual([900])
    state.nowMs = 60_000
    await growing!.ask()
    expect(cuts).toEqual(['budget_exceeded'])
  })

  it('needs no more than the answer’s own count, once that is said', async () => {
    const { come, reading, asked } = scene()
    Object.assign(reading, { complete: true, usage: { input: 0, output: 990 } })
    expect(await come(5_000, 10)).toBe('passes')
    expect(asked).toHaveLength(0)
  })

  it('that the books do not raise is cut, since nobody knows of more', async () => {
    const { come, state, cuts } = scene()
    state.away = true
    await come(900, 9_000)
    expect(cuts).toEqual([])
    await come(1_200, 12_000)
    expect(cuts).toEqual(['ledger_unavailable'])
  })

  it('is none where all is reserved for, or where the answer does not show what it is', () => {
    expect(scene({ bounds: { grows: false } }).growing).toBeUndefined()
  })
})
