import type { JsonObject } from '../wire/json.ts'
import type { ServiceTier } from '../wire/usage.ts'
import { scaleDecimal } from './decimal.ts'
import { completePrices, type GivenPrices } from './given-prices.ts'
import { type ModelPrices, SERVICE_TIERS, type TieredPrices, type UnitPrices } from './price.ts'

/** One field of an entry: what it prices, and how many decimal places its USD are moved to be our integers. */
interface PricedField {
  readonly field: string
  readonly kind: keyof UnitPrices
  readonly places: number
  readonly times?: number
}

/** USD for one token → nano-USD for a million. */
const PER_TOKEN = 15
/** USD for one → nano-USD for one. */
const EACH = 9
const SECONDS_PER_MINUTE = 60

/** Where two fields price one kind, the dearer holds. The names are LiteLLM's. */
const FIELDS: readonly PricedField[] = [
  { field: 'input_cost_per_token', kind: 'input', places: PER_TOKEN },
  { field: 'cache_read_input_token_cost', kind: 'cachedInput', places: PER_TOKEN },
  { field: 'cache_read_input_audio_token_cost', kind: 'cachedAudioInput', places: PER_TOKEN },
  { field: 'cache_read_input_image_token_cost', kind: 'cachedImageInput', places: PER_TOKEN },
  { field: 'cache_creation_input_token_cost', kind: 'cacheWrite', places: PER_TOKEN },
  { field: 'cache_creation_input_token_cost_above_1hr', kind: 'cacheWrite1h', places: PER_TOKEN },
  { field: 'input_cost_per_audio_token', kind: 'audioInput', places: PER_TOKEN },
  { field: 'input_cost_per_image_token', kind: 'imageInput', places: PER_TOKEN },
  { field: 'output_cost_per_token', kind: 'output', places: PER_TOKEN },
  { field: 'output_cost_per_reasoning_token', kind: 'output', places: PER_TOKEN },
  { field: 'output_cost_per_audio_token', kind: 'audioOutput', places: PER_TOKEN },
  { field: 'output_cost_per_image_token', kind: 'imageOutput', places: PER_TOKEN },
  { field: 'input_cost_per_request', kind: 'perRequest', places: EACH },
  { field: 'output_cost_per_image', kind: 'perImage', places: EACH },
  { field: 'input_cost_per_second', kind: 'perAudioMinute', places: EACH, times: SECONDS_PER_MINUTE },
  { field: 'output_cost_per_second', kind: 'perAudioMinute', places: EACH, times: SECONDS_PER_MINUTE },
  { field: 'input_cost_per_character', kind: 'perMillionCharacters', places: PER_TOKEN },
  { field: 'output_cost_per_character', kind: 'perMillionCharacters', places: PER_TOKEN },
]

/** What a model may be billed by that is billed by no token. */
const PIECES = ['perImage', 'perAudioMinute', 'perMillionCharacters'] as const

/** How LiteLLM ends the names of prices that hold in a tier of service. */
const SUFFIX: Readonly<Record<ServiceTier, string>> = {
  flex: '_flex',
  priority: '_priority',
  batch: '_batches',
}

/** Providers whose ids there are not those of the built-in data. */
const PROVIDER_IDS: Readonly<Record<string, string>> = {
  gemini: 'google',
  xai: 'x-ai',
  together_ai: 'together',
  fireworks_ai: 'fireworks',
  cohere_chat: 'cohere',
  bedrock: 'aws',
  bedrock_converse: 'aws',
}

/** The key of an entry here: `provider/model`, where it says its provider, so that its price holds there and nowhere else. */
export function litellmKey(name: string, { litellm_provider: provider }: JsonObject): string {
  if (typeof provider !== 'string' || provider === '') return name
  const model = name.startsWith(`${provider}/`) ? name.slice(provider.length + 1) : name
  return `${Object.hasOwn(PROVIDER_IDS, provider) ? PROVIDER_IDS[provider] : provider}/${model}`
}

/**
 * Read one model of LiteLLM's list: https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json. Its
 * numbers are USD for one token; each is taken by its shortest decimal text, and never by float arithmetic. Prices for a long
 * input hold from their size on, and leave the others as they are; those of a tier of service likewise.
 *
 * @returns undefined when it states no price for a token or a piece, or none but zeros: whether a model is free is said in the config,
 * and not by a list in which zero may mean that nobody knows.
 * @throws RangeError when a price is no price, naming the field.
 */
export function readLitellmEntry(entry: JsonObject): ModelPrices | undefined {
  const usual = givenIn(entry, '')
  if (usual.input === undefined && !PIECES.some((kind) => usual[kind] !== undefined)) return undefined
  if (Object.values(usual).every((price) => price === 0)) return undefined
  // Where no token has a price, and something else does, no token is billed.
  const { input = 0 } = usual
  const base = { output: input, ...usual, input, ...searchIn(entry) }
  const served = SERVICE_TIERS.flatMap((tier) => {
    const suffix = SUFFIX[tier]
    const given = givenIn(entry, suffix)
    if (Object.keys(given).length === 0) return []
    return [[tier, tieredBy(entry, suffix, { ...base, ...given })] as const]
  })
  const prices = tieredBy(entry, '', base)
  return served.length > 0 ? { ...prices, serviceTiers: Object.fromEntries(served) } : prices
}

function tieredBy(entry: JsonObject, suffix: string, base: GivenPrices): TieredPrices {
  const tiers = sizesIn(entry).map((thousands) => {
    const long = `_above_${thousands}k_tokens`
    // What a tier of service does not state for a long input is at least what a long input costs without it.
    const given = { ...base, ...givenIn(entry, long), ...givenIn(entry, `${long}${suffix}`) }
    return { aboveInputTokens: thousands * 1_000, prices: completePrices(dearer(given, base)) }
  })
  return { ...completePrices(base), tiers }
}

/** The sizes of input, in thousands of tokens, past which some price is another. */
function sizesIn(entry: JsonObject): number[] {
  const sizes = Object.keys(entry).flatMap((field) => /_above_(\d{1,6})k_tokens/.exec(field)?.[1] ?? [])
  return [...new Set(sizes.map(Number))].sort((a, b) => a - b)
}

/** No price falls because the input is long: one that does was left out. */
function dearer(given: GivenPrices, base: GivenPrices): GivenPrices {
  const raised = Object.entries(given).map(([kind, price]) => {
    return [kind, Math.max(price ?? 0, base[kind as keyof UnitPrices] ?? 0)] as const
  })
  return Object.fromEntries(raised) as unknown as GivenPrices
}

type Given = Partial<Record<keyof UnitPrices, number>>

function givenIn(entry: JsonObject, suffix: string): Given {
  const given: Given = {}
  for (const { field, kind, places, times = 1 } of FIELDS) {
    const price = nanoIn(entry, `${field}${suffix}`, places)
    if (price !== undefined) given[kind] = Math.max(given[kind] ?? 0, price * times)
  }
  return given
}

/** A search has one price for each size of what it brings: the dearest, since an answer does not say which it was. */
function searchIn({ search_context_cost_per_query: bySize }: JsonObject): Given {
  if (typeof bySize !== 'object' || bySize === null) return {}
  const prices = Object.keys(bySize).map((size) => nanoIn(bySize as JsonObject, size, EACH) ?? 0)
  return prices.length > 0 ? { perWebSearch: Math.max(...prices) } : {}
}

function nanoIn(entry: JsonObject, field: string, places: number): number | undefined {
  const usd = entry[field]
  if (usd === undefined || usd === null) return undefined
  if (typeof usd !== 'number') throw new RangeError(`${field} is no number`)
  try {
    return scaleDecimal(usd, places)
  } catch (cause) {
    throw new RangeError(`${field}: ${(cause as Error).message}`, { cause })
  }
}
