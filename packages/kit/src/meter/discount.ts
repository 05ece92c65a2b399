import { divideUp } from './decimal.ts'
import { eachKind, type ModelPrices, type TieredPrices, type UnitPrices } from './price.ts'

/** What a provider takes off its list prices, in percent as decimal text, by the provider's name: `{ openai: '7.5' }`. */
export type Discounts = Readonly<Record<string, string>>

/** The part of a price that is left, as an exact fraction. */
export interface Remainder {
  readonly numerator: bigint
  readonly denominator: bigint
}

const PERCENT = /^(\d{1,3})(?:\.(\d{1,9}))?$/

/**
 * What is left of a price after so many percent, exactly: by the decimal text, never by arithmetic on a float.
 *
 * @throws RangeError when it is no percentage from 0 to 100 with at most nine places.
 */
export function remainderAfter(percent: string): Remainder {
  const [, whole, fraction = ''] = PERCENT.exec(percent) ?? []
  const denominator = 100n * 10n ** BigInt(fraction.length)
  const off = whole === undefined ? denominator + 1n : BigInt(whole + fraction)
  if (off <= denominator) return { numerator: denominator - off, denominator }
  throw new RangeError(`"${percent}" is no discount: percent as a decimal from 0 to 100, such as "7.5"`)
}

/** Prices after a discount, kind by kind; a fraction of a nano-USD per million tokens is rounded up, the dear way. */
export function discounted(prices: ModelPrices, remainder: Remainder): ModelPrices {
  const left = (price: number) => Number(divideUp(BigInt(price) * remainder.numerator, remainder.denominator))
  const units = (from: UnitPrices) => eachKind((kind) => left(from[kind]))
  const tiered = (from: TieredPrices): TieredPrices => ({
    ...units(from),
    tiers: from.tiers.map((tier) => ({ ...tier, prices: units(tier.prices) })),
  })
  const each = <From, To>(from: Readonly<Record<string, From>>, to: (value: From) => To) =>
    Object.fromEntries(Object.entries(from).map(([name, value]) => [name, to(value)]))
  const { serviceTiers, pictures } = prices
  return {
    ...tiered(prices),
    ...(serviceTiers && { serviceTiers: each(serviceTiers, tiered) }),
    ...(pictures && { pictures: each(pictures, left) }),
  }
}
