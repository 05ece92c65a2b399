export {
  type Bounds,
  type BoundsOptions,
  boundsOf,
  capFor,
  type Enforcement,
  type NearLimit,
  type Unboundable,
} from './bounds.ts'
export type { CallCaps } from './call-caps.ts'
export { type Discounts, remainderAfter } from './discount.ts'
export { type BrokenOff, estimatedCharge, estimateUsage } from './estimate.ts'
export {
  adoptListedData,
  GENAI_PRICES_PUBLISHED_MS,
  listedProviders,
  listedVersion,
} from './genai-prices.ts'
export { gptTokenizer } from './gpt-tokenizer.ts'
export { type ListedData, readListedData } from './listed-data.ts'
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
export { type PriceChange, priceChanges } from './price-changes.ts'
export { doubtsAbout } from './price-doubts.ts'
export { loadPrices, type PriceList, type UnreadableList } from './price-list.ts'
export {
  PRICE_FIELDS,
  type PriceOverride,
  type PriceOverrides,
  type WrittenPrices,
} from './price-override.ts'
export { createTokenizer, sharedTokenizer, type Tokenizer, type TokenizerOptions } from './tokenizer.ts'
export { type OutputEstimator, outputEstimator, type TypicalOutput } from './typical-output.ts'
export { type UnitMeterOptions, unitMeter } from './unit-meter.ts'
