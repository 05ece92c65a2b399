import { expect, it } from 'vitest'
import { nanoUsd } from '../core/money.ts'
import { priceBook } from '../meter/price-book.ts'
import type { Usage } from '../wire/usage.ts'
import { toldSoFar } from './settlement.ts'
import type { Toll } from './toll.ts'

const overrides = {
  'claude-haiku-4-5': { input: '1', output: '5' },
  'claude-opus-4-6': { input: '5', output: '25' },
}

/** A toll of which a handler has told; nothing else of it is looked at. */
function told(usage: Usage, unknownPrice: 'ceiling' | 'refuse' = 'refuse'): Toll {
  return {
    told: [{ provider: 'anthropic', model: 'claude-haiku-4-5', usage }],
    granted: { usd: nanoUsd(9_000_000), tokens: 5_000, requests: 1 },
    sizing: { prices: priceBook({ overrides, unknownPrice }) },
  } as unknown as Toll
}

const advisedBy = (model: string): Usage => ({
  input: 1_000,
  output: 100,
  others: [{ model, usage: { input: 200, output: 40 } }],
})

it('what another model did for the same call is billed at its own price', () => {
  expect(toldSoFar(told(advisedBy('claude-opus-4-6')))).toMatchObject({
    nanoUsd: 1_000_000 + 500_000 + 1_000_000 + 1_000_000,
    tokens: 1_340,
    basis: 'exact',
  })
})

it('where that has no price, all that was reserved is charged', () => {
  expect(toldSoFar(told(advisedBy('claude-zero')))).toMatchObject({
    nanoUsd: 9_000_000,
    tokens: 5_000,
    basis: 'estimated',
  })
})

it('and more, if the rest alone is more', () => {
  const usage = { ...advisedBy('claude-zero'), output: 2_000 }
  expect(toldSoFar(told(usage))?.nanoUsd).toBeGreaterThan(11_000_000)
})

it('a ceiling is a price', () => {
  expect(toldSoFar(told(advisedBy('claude-zero'), 'ceiling'))?.basis).toBe('exact')
})
