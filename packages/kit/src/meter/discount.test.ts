import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { discounted, remainderAfter } from './discount.ts'
import { costOf, eachKind, type ModelPrices } from './price.ts'
import { priceBook } from './price-book.ts'

const MODEL = { provider: 'openai', model: 'gpt-4o-mini' }

it.each(['', '-1', '100.1', '101', '7,5', '7.', '.5', '1e1', '0.1234567891', 'seven'])(
  '%s is no discount',
  (text) => {
    expect(() => remainderAfter(text)).toThrow('is no discount')
    expect(() => priceBook({ discounts: { openai: text } })).toThrow('is no discount')
  },
)

it('is exact: a charge is what the list price less the discount comes to, and at most a nano-USD more a kind', () => {
  const percent = fc
    .tuple(fc.nat(99), fc.nat(999_999))
    .map(([whole, part]) => `${whole}.${String(part).padStart(6, '0')}`)
  const price = fc.nat(200_000_000_000)
  fc.assert(
    fc.property(
      percent,
      price,
      price,
      fc.nat(1_000_000),
      fc.nat(100_000),
      (off, dear, cheap, input, output) => {
        const list: ModelPrices = { ...eachKind(() => 0), input: dear, output: cheap, tiers: [] }
        const usage = { input, output }
        const charged = BigInt(costOf(usage, discounted(list, remainderAfter(off))))
        const left = 100_000_000n - BigInt(off.replace('.', ''))
        // In the smallest part there is: nano-USD × 10^6 tokens × 10^8 of a percent.
        const exact = (BigInt(input) * BigInt(dear) + BigInt(output) * BigInt(cheap)) * left
        const unit = 1_000_000n * 100_000_000n
        const atMost = exact + unit + BigInt(input + output) * 100_000_000n
        expect(charged * unit >= exact).toBe(true)
        expect(charged * unit <= atMost).toBe(true)
      },
    ),
  )
})

describe('a price book with a discount', () => {
  const list = priceBook()
  const contract = priceBook({ discounts: { openai: '7.5' } })

  it('takes it off every kind of price of that provider, and of no other', () => {
    const before = list.price(MODEL)!
    const after = contract.price(MODEL)!
    expect(after.input * 1000).toBe(before.input * 925)
    expect(after.cachedInput * 1000).toBe(before.cachedInput * 925)
    expect(after.serviceTiers?.flex?.output).toBe(
      before.serviceTiers?.flex && before.serviceTiers.flex.output * 0.925,
    )
    const other = { provider: 'azure', model: 'gpt-4o-mini' }
    expect(contract.price(other)).toEqual({ ...list.price(other), version: contract.version })
  })

  it('leaves prices alone that were stated as what is paid', () => {
    const overrides = { 'gpt-4o-mini': { input: '0.10', output: '0.40' } }
    const stated = priceBook({ overrides, discounts: { openai: '50' } })
    expect(stated.price(MODEL)?.input).toBe(100_000_000)
  })

  it('has another version than one without, and than one with another discount', () => {
    const versions = [{}, { openai: '7.5' }, { openai: '8' }].map(
      (discounts) => priceBook({ discounts }).version,
    )
    expect(new Set(versions).size).toBe(3)
    expect(versions[0]).toBe(list.version)
  })

  it('charges nothing where all is taken off', () => {
    expect(priceBook({ discounts: { openai: '100' } }).price(MODEL)).toMatchObject({ input: 0, output: 0 })
  })
})
