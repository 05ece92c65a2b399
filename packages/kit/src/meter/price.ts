import { MAX_AMOUNT, type NanoUsd, nanoUsd } from '../core/money.ts'
import type { Usage } from '../wire/usage.ts'
import { divideUp } from './decimal.ts'

/** Unit prices in integer nano-USD per million tokens ($0.15/M is 150,000,000). */
export interface UnitPrices {
  readonly input: number
  readonly cachedInput: number
  readonly cacheWrite: number
  readonly audioInput: number
  readonly output: number
  readonly audioOutput: number
  /** Nano-USD per request, on top. */
  readonly perRequest: number
}

/** The prices of one model at one provider, as the book knew them when asked. */
export interface Price extends UnitPrices {
  /** Other prices for the whole request once its input passes a size; ascending. */
  readonly tiers: readonly PriceTier[]
  /** `listed`, or `ceiling` where the model is unknown and is charged at the dearest known price. */
  readonly source: 'listed' | 'override' | 'ceiling' | 'free'
  /** The version of the book it was read from; kept on every record. */
  readonly version: string
}

/** What a request is billed at, all of it, once it has more input tokens than this. */
export interface PriceTier {
  readonly aboveInputTokens: number
  readonly prices: UnitPrices
}

/** What a model of one's own costs. */
export const FREE: UnitPrices = {
  input: 0,
  cachedInput: 0,
  cacheWrite: 0,
  audioInput: 0,
  output: 0,
  audioOutput: 0,
  perRequest: 0,
}

/** Prices are per million tokens. */
export const TOKENS_PER_UNIT = 1_000_000n

/** The unit prices that a request of this many input tokens is billed at. */
export function unitPricesFor(price: Price, inputTokens: number): UnitPrices {
  let prices: UnitPrices = price
  for (const tier of price.tiers) if (inputTokens > tier.aboveInputTokens) prices = tier.prices
  return prices
}

/** What a usage costs: Σ tokens × unit price, in exact integers, rounded up once to a nano-USD. */
export function costOf(usage: Usage, price: Price): NanoUsd {
  const cachedInput = usage.cachedInput ?? 0
  const cacheWrite = usage.cacheWrite ?? 0
  const audioInput = usage.audioInput ?? 0
  const unit = unitPricesFor(price, usage.input + cachedInput + cacheWrite + audioInput)
  const sum =
    BigInt(usage.input) * BigInt(unit.input) +
    BigInt(cachedInput) * BigInt(unit.cachedInput) +
    BigInt(cacheWrite) * BigInt(unit.cacheWrite) +
    BigInt(audioInput) * BigInt(unit.audioInput) +
    BigInt(usage.output) * BigInt(unit.output) +
    BigInt(usage.audioOutput ?? 0) * BigInt(unit.audioOutput)
  const cost = Number(divideUp(sum, TOKENS_PER_UNIT)) + unit.perRequest
  return nanoUsd(Math.min(cost, MAX_AMOUNT))
}
