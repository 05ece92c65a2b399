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
export {
  costOf,
  type Fees,
  type ModelPrices,
  PRICED_KINDS,
  type Price,
  type PriceTier,
  type TieredPrices,
  type TokenPrices,
  type UnitPrices,
  unitPricesFor,
} from './price.ts'
export { type PriceBook, type PriceBookOptions, type PriceQuery, priceBook } from './price-book.ts'
export { loadPrices, type PriceList, type UnreadableList } from './price-list.ts'
export {
  PRICE_FIELDS,
  type PriceOverride,
  type PriceOverrides,
  type WrittenPrices,
} from './price-override.ts'
export { createTokenizer, type Tokenizer, type TokenizerOptions } from './tokenizer.ts'
export { type OutputEstimator, outputEstimator, type TypicalOutput } from './typical-output.ts'
