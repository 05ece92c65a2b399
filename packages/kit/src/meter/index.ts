export {
  type Bounds,
  type BoundsOptions,
  boundsOf,
  capFor,
  type NearLimit,
  type Unboundable,
} from './bounds.ts'
export { type BrokenOff, estimatedCharge, estimateUsage } from './estimate.ts'
export { type Encoding, type ModelLimitOverrides, type ModelLimits, modelLimits } from './model-limits.ts'
export { costOf, type Price, type PriceTier, type UnitPrices, unitPricesFor } from './price.ts'
export { type PriceBook, type PriceBookOptions, type PriceQuery, priceBook } from './price-book.ts'
export type { PriceOverride, PriceOverrides } from './price-override.ts'
export { createTokenizer, type Tokenizer, type TokenizerOptions } from './tokenizer.ts'
export { type OutputEstimator, outputEstimator, type TypicalOutput } from './typical-output.ts'
