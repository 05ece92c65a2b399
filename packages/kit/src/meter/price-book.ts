import { createHash } from 'node:crypto'
import type { Provider } from '@pydantic/genai-prices'
import { LRUCache } from 'lru-cache'
import { type Clock, systemClock } from '../core/clock.ts'
import { type Discounts, discounted, type Remainder, remainderAfter } from './discount.ts'
import { findListedPrice, findListedProvider, listedVersion, type ProviderHint } from './genai-prices.ts'
import { readListedPrice } from './listed-price.ts'
import { statedMediaPrice } from './media-prices.ts'
import { dearest, FREE, type ModelPrices, type Price } from './price.ts'
import type { PriceList } from './price-list.ts'
import { readMarket } from './price-market.ts'
import { overrideKey, type PriceOverrides, readOverrides } from './price-override.ts'
import { withPriority } from './service-tiers.ts'

/** What every model costs, as far as it is known. */
export interface PriceBook {
  /**
   * The price of a model at a provider now. Undefined only under `unknownPrice: 'refuse'`, for a model without a
   * price: that is `price_unknown`, never $0.
   */
  price(query: PriceQuery): Price | undefined
  /** Which data and which overrides prices come from; kept on every record. */
  readonly version: string
}

export interface PriceQuery {
  /** The provider's name in the config: free text, for instance `my-openai`. */
  readonly provider: string
  /** The model as the provider is asked for it; snapshots and aliases resolve by the book's own rules. */
  readonly model: string
  /** `none`: nothing is paid for it (a model of one's own), so everything costs $0. */
  readonly billing?: 'metered' | 'none' | undefined
  /** The provider's id in the price data, when neither its name nor its URL says it. */
  readonly priceAs?: string | undefined
  /** Where it is called: what tells a provider best, since its name is free. */
  readonly baseUrl?: string | undefined
}

export interface PriceBookOptions {
  /** Contract prices and corrections, by `model` or `provider/model`. */
  readonly overrides?: PriceOverrides
  /** Lists of one's own, which stand before the built-in one; the first that has a model prices it. */
  readonly lists?: readonly PriceList[]
  /** What providers take off their list prices; not off `overrides`, which state what is paid. */
  readonly discounts?: Discounts
  /** What an unknown model costs: the dearest known price at its provider, or nothing will do. */
  readonly unknownPrice?: 'ceiling' | 'refuse'
  readonly clock?: Clock
}

const MEMO_ENTRIES = 1_000
/** The names are the client's, and longer than any model's: not worth a search or a place in memory. */
const LONGEST_NAME = 256
/** Prices that depend on the time change at full minutes, so that what was found is true until the next. */
const MINUTE_MS = 60_000

/**
 * A price book over the data of `@pydantic/genai-prices` and one's own overrides. Looks nothing up over the network;
 * the data is loaded with the first question, and newer data that the process has adopted holds from the next one on. @throws at assembly when an override is not a price.
 *
 * @example
 * const book = priceBook({ overrides: { 'gpt-4o-mini': { input: '0.15', output: '0.60', cached_input: '0.075' } } })
 * book.price({ provider: 'openai', model: 'gpt-4o-2024-08-06' })?.input // 2_500_000_000: $2.50 a million tokens
 */
export function priceBook({
  overrides = {},
  lists = [],
  discounts = {},
  unknownPrice = 'ceiling',
  clock = systemClock,
}: PriceBookOptions = {}): PriceBook {
  const own = readOverrides(overrides)
  const remainders = new Map(
    Object.entries(discounts).map(([provider, percent]) => [provider, remainderAfter(percent)]),
  )
  const others = versionOf(own, lists) + discountVersion(remainders)
  const memo = new LRUCache<string, { readonly minute: number; readonly price: Price | false }>({
    max: MEMO_ENTRIES,
  })
  let listed = listedVersion()
  let version = listed + others
  let market = readMarket()

  /** Newer data has come into force: what was worked out from other data is forgotten, all at once. */
  function followData(): void {
    listed = listedVersion()
    version = listed + others
    market = readMarket()
    memo.clear()
  }

  function look(query: PriceQuery, nowMs: number): Price | undefined {
    const provider = providerOf(query)
    const remainder = remainders.get(query.provider)
    const priced = (prices: ModelPrices, source: Price['source']): Price => {
      const whole = withPriority(prices, provider?.id, query.model)
      const paid = remainder && source !== 'override' ? discounted(whole, remainder) : whole
      return { ...paid, source, version }
    }
    const override = statedFor(query.model, [query.provider], own)
    if (override) return priced(override, 'override')
    for (const { prices } of lists) {
      const stated = statedFor(query.model, [provider?.id, query.provider], prices)
      if (stated) return priced(stated, 'listed')
    }
    const media = statedMediaPrice(provider?.id, query.model)
    if (media) return priced(media, 'listed')
    const entry = provider && findListedPrice(provider, query.model, nowMs)
    const price = entry && readListedPrice(entry, market.dearestAudio(provider))
    if (price) return priced(price, 'listed')
    if (unknownPrice === 'refuse') return undefined
    return priced({ ...dearest([market.ceiling(provider), ...own.values()]), tiers: [] }, 'ceiling')
  }

  function price(query: PriceQuery): Price | undefined {
    if (listed !== listedVersion()) followData()
    if (query.billing === 'none') return { ...FREE, tiers: [], source: 'free', version }
    const nowMs = clock.now()
    if (query.model.length > LONGEST_NAME) return look({ ...query, model: '' }, nowMs)

    const key = JSON.stringify([query.provider, query.model, query.priceAs, query.baseUrl])
    const minute = Math.floor(nowMs / MINUTE_MS)
    const known = memo.get(key)
    if (known?.minute === minute) return known.price || undefined
    const found = look(query, nowMs)
    memo.set(key, { minute, price: found ?? false })
    return found
  }

  return {
    price,
    get version() {
      if (listed !== listedVersion()) followData()
      return version
    },
  }
}

/** A price for `gpt-4o` is also that of `gpt-4o-2024-08-06`, which the provider answers with, unless that has its own. */
function statedFor(
  model: string,
  providers: readonly (string | undefined)[],
  prices: ReadonlyMap<string, ModelPrices>,
): ModelPrices | undefined {
  for (const name of new Set([model, model.replace(/-\d{4}-\d{2}-\d{2}$/, '')])) {
    const keys = [...providers.map((provider) => `${provider}/${name}`), name]
    const key = keys.map(overrideKey).find((each) => prices.has(each))
    if (key !== undefined) return prices.get(key)
  }
  return undefined
}

/** The provider in the data: as told, by its URL, by its name, or the maker that a model's name gives away. */
function providerOf({ provider, model, priceAs, baseUrl }: PriceQuery): Provider | undefined {
  const hints: ProviderHint[] = priceAs ? [{ providerId: priceAs }] : []
  if (baseUrl) hints.push({ providerApiUrl: baseUrl })
  return findListedProvider([...hints, { providerId: provider }, { modelId: model }])
}

/** Behind the version of the listed prices: the lists, and a short hash of the overrides when there are any, in whatever order they were written. */
function versionOf(own: ReadonlyMap<string, ModelPrices>, lists: readonly PriceList[]): string {
  const stated = lists.map((list) => `+${list.version}`).join('')
  if (own.size === 0) return stated
  const entries = [...own].sort(([a], [b]) => (a < b ? -1 : 1))
  return `${stated}+${createHash('sha256').update(JSON.stringify(entries)).digest('hex').slice(0, 12)}`
}

/** A short hash of the discounts, when there are any: a charge can be told from one at list price. */
function discountVersion(remainders: ReadonlyMap<string, Remainder>): string {
  if (remainders.size === 0) return ''
  const entries = [...remainders]
    .map(([provider, { numerator, denominator }]) => `${provider} ${numerator}/${denominator}`)
    .sort()
  return `-${createHash('sha256').update(JSON.stringify(entries)).digest('hex').slice(0, 8)}`
}
