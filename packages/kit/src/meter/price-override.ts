import { usdToNano } from '../core/money.ts'
import type { ServiceTier } from '../wire/usage.ts'
import { completePrices, type GivenPrices } from './given-prices.ts'
import { dearest, type ModelPrices, SERVICE_TIERS, type TieredPrices, type UnitPrices } from './price.ts'

/** Prices as people write them: decimal strings. Tokens are in USD per million. */
export interface WrittenPrices {
  readonly input: string
  readonly output: string
  /** As `input` when absent, and so are the prices of input below, but where they say otherwise. */
  readonly cached_input?: string | undefined
  /** As `audio_input` and `image_input` when absent. */
  readonly cached_audio_input?: string | undefined
  readonly cached_image_input?: string | undefined
  readonly cache_write?: string | undefined
  /** Cache writes that live an hour: twice `input` when absent, where `cache_write` is dearer than input. */
  readonly cache_write_1h?: string | undefined
  readonly audio_input?: string | undefined
  readonly image_input?: string | undefined
  /** As `output` when absent, and so is the next one. */
  readonly audio_output?: string | undefined
  readonly image_output?: string | undefined
  /** USD for each request, on top. */
  readonly per_request?: string | undefined
  /** USD for each search of the web that the provider runs itself. */
  readonly web_search?: string | undefined
  /** USD for each picture, where they are billed by the piece. */
  readonly image?: string | undefined
  /** USD for a minute of sound, where it is billed by time. */
  readonly audio_minute?: string | undefined
  /** USD for a million characters, where text is billed by its length. */
  readonly characters?: string | undefined
}

/** A contract price, or one the book gets wrong. */
export interface PriceOverride extends WrittenPrices {
  /** Prices of the whole request once its input is longer than `above` tokens. */
  readonly long_context?: (WrittenPrices & { readonly above: number }) | undefined
  /** Prices of what is served in another tier; as usual when absent, but for `priority`, which has its usual premium. */
  readonly flex?: WrittenPrices | undefined
  readonly priority?: WrittenPrices | undefined
  readonly batch?: WrittenPrices | undefined
}

/** By model, or by `provider/model`, which wins. */
export type PriceOverrides = Readonly<Record<string, PriceOverride>>

/** The kind that each field prices. */
export const PRICE_FIELDS: Readonly<Record<keyof WrittenPrices, keyof UnitPrices>> = {
  input: 'input',
  output: 'output',
  cached_input: 'cachedInput',
  cached_audio_input: 'cachedAudioInput',
  cached_image_input: 'cachedImageInput',
  cache_write: 'cacheWrite',
  cache_write_1h: 'cacheWrite1h',
  audio_input: 'audioInput',
  image_input: 'imageInput',
  audio_output: 'audioOutput',
  image_output: 'imageOutput',
  per_request: 'perRequest',
  web_search: 'perWebSearch',
  image: 'perImage',
  audio_minute: 'perAudioMinute',
  characters: 'perMillionCharacters',
}

const GROUPS: readonly string[] = ['long_context', ...SERVICE_TIERS]

/** Read overrides once, at assembly. @throws TypeError or RangeError that names the model and the field. */
export function readOverrides(overrides: PriceOverrides): ReadonlyMap<string, ModelPrices> {
  return new Map(
    Object.entries(overrides).map(([key, override]) => [
      overrideKey(key),
      readOverride(`prices["${key}"]`, override),
    ]),
  )
}

/** Names of models are compared without regard to case, as the book itself does. */
export function overrideKey(name: string): string {
  return name.trim().toLowerCase()
}

function readOverride(place: string, override: PriceOverride): ModelPrices {
  const { long_context: long, flex, priority, batch, ...written } = override
  const usual = readTiered(place, written, long)
  const served = Object.entries({ flex, priority, batch }).flatMap(([tier, prices]) =>
    prices ? [[tier as ServiceTier, servedAs(readUnits(`${place}.${tier}`, prices), usual)] as const] : [],
  )
  return served.length > 0 ? { ...usual, serviceTiers: Object.fromEntries(served) } : usual
}

/** A tier of service with prices of its own; what a long input costs in it is not stated, so at least what it does else. */
function servedAs(units: UnitPrices, { tiers }: TieredPrices): TieredPrices {
  return { ...units, tiers: tiers.map((tier) => ({ ...tier, prices: dearest([units, tier.prices]) })) }
}

function readTiered(place: string, usual: WrittenPrices, long: PriceOverride['long_context']): TieredPrices {
  const prices = readUnits(place, usual, GROUPS)
  if (!long) return { ...prices, tiers: [] }
  const { above, ...written } = long
  if (!Number.isSafeInteger(above) || above < 1)
    throw new TypeError(`${place}.long_context.above is a count of tokens, not ${above}`)
  const tier = { aboveInputTokens: above, prices: readUnits(`${place}.long_context`, written, ['above']) }
  return { ...prices, tiers: [tier] }
}

function readUnits(place: string, written: WrittenPrices, others: readonly string[] = []): UnitPrices {
  const known = Object.keys(PRICE_FIELDS)
  const given: Partial<Record<keyof UnitPrices, number>> = {}
  for (const [field, usd] of Object.entries(written)) {
    const kind = Object.hasOwn(PRICE_FIELDS, field) ? PRICE_FIELDS[field as keyof WrittenPrices] : undefined
    if (!kind)
      throw new TypeError(`${place}.${field} is not a price; use ${[...known, ...others].join(', ')}`)
    if (usd !== undefined) given[kind] = nanoOf(usd, `${place}.${field}`)
  }
  if (given.input === undefined || given.output === undefined) {
    throw new TypeError(`${place} needs input and output, in USD per million tokens ("0" for no charge)`)
  }
  return completePrices(given as GivenPrices)
}

function nanoOf(usd: string, place: string): number {
  try {
    return usdToNano(usd)
  } catch (cause) {
    throw new RangeError(`${place}: ${(cause as Error).message}`, { cause })
  }
}
