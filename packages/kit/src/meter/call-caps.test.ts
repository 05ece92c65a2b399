import fc from 'fast-check'
import { expect, it } from 'vitest'
import { nanoUsd } from '../core/money.ts'
import { worstAmounts } from './bounds.ts'
import { underCaps } from './call-caps.ts'

const unit = { input: 1_000_000, output: 4_000_000, perRequest: 10 }
const call = { choices: 2 }

it('leaves an answer as long as the tokens and the cost allow', () => {
  const facts = { call, unit, inputTokens: 100, outputTokens: 4_000 }
  expect(underCaps(facts, {})).toEqual({ outputTokens: 4_000, capped: false })
  expect(underCaps(facts, { maxOutputTokens: 500 })).toEqual({ outputTokens: 500, capped: true })
  // 110 for the input and the request, and 8 for a token of each choice.
  expect(underCaps(facts, { maxCostNanoUsd: nanoUsd(110 + 8 * 50) })).toEqual({
    outputTokens: 50,
    capped: true,
  })
  expect(underCaps(facts, { maxCostNanoUsd: nanoUsd(110 + 8 * 15) })).toEqual({
    status: 'over_cap',
    cap: 'cost',
  })
})

it('shortens no client’s own cap', () => {
  const facts = { call: { ...call, maxOutputTokens: 600 }, unit, inputTokens: 100, outputTokens: 600 }
  expect(underCaps(facts, { maxOutputTokens: 599 })).toEqual({ status: 'over_cap', cap: 'output' })
  expect(underCaps(facts, { maxCostNanoUsd: nanoUsd(110 + 8 * 599) })).toEqual({
    status: 'over_cap',
    cap: 'cost',
  })
  expect(underCaps(facts, { maxCostNanoUsd: nanoUsd(110 + 8 * 600) })).toEqual({
    outputTokens: 600,
    capped: false,
  })
})

it('never leaves an answer that may cost more, and never a token less than the cost pays for', () => {
  const price = fc.integer({ min: 0, max: 200_000_000_000 })
  fc.assert(
    fc.property(
      fc.record({
        input: price,
        output: fc.integer({ min: 1, max: 200_000_000_000 }),
        perRequest: fc.nat(1_000_000),
      }),
      fc.record({ inputTokens: fc.nat(200_000), outputTokens: fc.integer({ min: 1, max: 64_000 }) }),
      fc.integer({ min: 1, max: 8 }),
      fc.nat(50_000_000_000),
      (unit, size, choices, most) => {
        const held = underCaps({ call: { choices }, unit, ...size }, { maxCostNanoUsd: nanoUsd(most) })
        const costOf = (output: number) => worstAmounts(unit, size.inputTokens, output * choices)!.usd
        if ('status' in held) return costOf(Math.min(16, size.outputTokens)) > most
        const next = held.outputTokens + 1
        return costOf(held.outputTokens) <= most && (next > size.outputTokens || costOf(next) > most)
      },
    ),
  )
})
