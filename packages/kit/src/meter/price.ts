import { MAX_AMOUNT, type NanoUsd, nanoUsd } from '../core/money.ts'
import type { ServiceTier, Usage } from '../wire/usage.ts'
import { divideUp } from './decimal.ts'

/** Prices of tokens by kind, in integer nano-USD per million ($0.15/M is 150,000,000). */
export interface TokenPrices {
  readonly input: number
  readonly cachedInput: number
  /** Sound, and pictures, read from the provider's cache, where it tells them apart from text. */
  readonly cachedAudioInput: number
  readonly cachedImageInput: number
  /** Written to the provider's cache, where it is kept for minutes. */
  readonly cacheWrite: number
  /** Written to the provider's cache, where it is kept for an hour or more. */
  readonly cacheWrite1h: number
  readonly audioInput: number
  readonly imageInput: number
  readonly output: number
  readonly audioOutput: number
  readonly imageOutput: number
}

/** Prices of what is not counted in tokens, in integer nano-USD. */
export interface Fees {
  /** For each request, on top. */
  readonly perRequest: number
  /** For each search of the web that the provider ran itself. */
  readonly perWebSearch: number
  readonly perImage: number
  readonly perAudioMinute: number
  readonly perMillionCharacters: number
}

/** What one model asks, kind by kind. */
export interface UnitPrices extends TokenPrices, Fees {}

/** Unit prices, and what they become once an input is long. */
export interface TieredPrices extends UnitPrices {
  /** Other prices for the whole request once its input passes a size; ascending. */
  readonly tiers: readonly PriceTier[]
}

/** What a request is billed at, all of it, once it has more input tokens than this. */
export interface PriceTier {
  readonly aboveInputTokens: number
  readonly prices: UnitPrices
}

/** All that a model asks: served as usual, sooner (`priority`), or when there is room (`flex`, `batch`). */
export interface ModelPrices extends TieredPrices {
  /** A tier that is not here is billed as usual. */
  readonly serviceTiers?: Readonly<Partial<Record<ServiceTier, TieredPrices>>>
  /** Of a picture by its quality and size, `hd/1024x1792`, where they have prices of their own; `perImage` is the dearest. */
  readonly pictures?: Readonly<Record<string, number>>
}

/** The prices of one model at one provider, as the book knew them when asked. */
export interface Price extends ModelPrices {
  /** `listed`, or `ceiling` where the model is unknown and is charged at the dearest known price. */
  readonly source: 'listed' | 'override' | 'ceiling' | 'free'
  /** The version of the book it was read from; kept on every record. */
  readonly version: string
}

/** The kinds of tokens, as usages and prices both name them. */
const INPUT_KINDS = [
  'input',
  'cachedInput',
  'cachedAudioInput',
  'cachedImageInput',
  'cacheWrite',
  'cacheWrite1h',
  'audioInput',
  'imageInput',
] as const satisfies readonly (keyof TokenPrices & keyof Usage)[]

const OUTPUT_KINDS = ['output', 'audioOutput', 'imageOutput'] as const satisfies readonly (keyof TokenPrices &
  keyof Usage)[]

const TOKEN_KINDS = [...INPUT_KINDS, ...OUTPUT_KINDS] as const

const FEES = [
  'perRequest',
  'perWebSearch',
  'perImage',
  'perAudioMinute',
  'perMillionCharacters',
] as const satisfies readonly (keyof Fees)[]

/** The tiers of service that may have prices of their own. */
export const SERVICE_TIERS = ['flex', 'priority', 'batch'] as const satisfies readonly ServiceTier[]

/** Every kind that a model may have a price for. */
export const PRICED_KINDS: readonly (keyof UnitPrices)[] = [...TOKEN_KINDS, ...FEES]

/** Unit prices, each worked out by its kind. */
export function eachKind(priceOf: (kind: keyof UnitPrices) => number): UnitPrices {
  return Object.fromEntries(PRICED_KINDS.map((kind) => [kind, priceOf(kind)])) as unknown as UnitPrices
}

/** Kind by kind, the highest of several prices. */
export function dearest(prices: readonly UnitPrices[]): UnitPrices {
  return eachKind((kind) => Math.max(0, ...prices.map((price) => price[kind])))
}

/** What a model of one's own costs. */
export const FREE: UnitPrices = eachKind(() => 0)

/** Prices are per million tokens. */
export const TOKENS_PER_UNIT = 1_000_000n

/** The unit prices that a request of this many input tokens is billed at. */
export function unitPricesFor(price: TieredPrices, inputTokens: number): UnitPrices {
  let prices: UnitPrices = price
  for (const tier of price.tiers) if (inputTokens > tier.aboveInputTokens) prices = tier.prices
  return prices
}

/**
 * What a usage costs: everything that was used × its unit price, in exact integers, rounded up once to a nano-USD. The tier
 * of service that served it and the length of its input decide on the prices.
 *
 * @param priceOfOther The price of another model that worked on the same call (an advisor, a fallback); the model's own
 * price by default.
 */
export function costOf(
  usage: Usage,
  price: ModelPrices,
  priceOfOther: (model: string) => ModelPrices = () => price,
): NanoUsd {
  const cost = divideUp(sharesOf(usage, price, priceOfOther), SHARES)
  return nanoUsd(cost < MAX_AMOUNT ? Number(cost) : MAX_AMOUNT)
}

/** Of one nano-USD: so fine that a price per million and a price per minute of milliseconds both are whole numbers of them. */
const SHARES = 3_000_000n
const SHARES_PER_TOKEN = SHARES / TOKENS_PER_UNIT
const SHARES_PER_MS = SHARES / 60_000n

function sharesOf(usage: Usage, price: ModelPrices, priceOfOther: (model: string) => ModelPrices): bigint {
  const served = (usage.serviceTier && price.serviceTiers?.[usage.serviceTier]) ?? price
  const input = INPUT_KINDS.reduce((tokens, kind) => tokens + (usage[kind] ?? 0), 0)
  const unit = unitPricesFor(served, input)
  let shares = BigInt(unit.perRequest) * SHARES
  for (const kind of TOKEN_KINDS) shares += sharesFor(usage[kind], unit[kind], SHARES_PER_TOKEN)
  shares += sharesFor(usage.webSearches, unit.perWebSearch, SHARES)
  shares += sharesFor(usage.images, unit.perImage, SHARES)
  shares += sharesFor(usage.audioMs, unit.perAudioMinute, SHARES_PER_MS)
  shares += sharesFor(usage.characters, unit.perMillionCharacters, SHARES_PER_TOKEN)
  for (const other of usage.others ?? []) {
    shares += sharesOf(other.usage, priceOfOther(other.model), priceOfOther)
  }
  return shares
}

/** Of most kinds nothing is used. */
function sharesFor(used: number | undefined, price: number, sharesEach: bigint): bigint {
  return used ? BigInt(used) * BigInt(price) * sharesEach : 0n
}
