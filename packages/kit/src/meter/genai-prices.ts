import { createRequire } from 'node:module'
import type { ModelInfo, ModelPrice, Provider } from '@pydantic/genai-prices'
import type { ListedData } from './listed-data.ts'

/** The release of `@pydantic/genai-prices` that this package pins, and with it the version of its price data. */
export const GENAI_PRICES_VERSION = '0.1.8'
/** When that was published, ms since the epoch: data that is older is no news. */
export const GENAI_PRICES_PUBLISHED_MS: number = Date.UTC(2026, 8, 23)

type Library = typeof import('@pydantic/genai-prices')

const requireLazily = createRequire(__filename)
let loaded: Library | undefined

/** Loaded when the first price is asked for: it costs 79 ms and 19 MB, which a process without prices need not pay. */
function library(): Library {
  loaded ??= requireLazily('@pydantic/genai-prices') as Library
  return loaded
}

let inForce = `genai-prices@${GENAI_PRICES_VERSION}`

/** Which data every book of this process reads its listed prices from. */
export function listedVersion(): string {
  return inForce
}

/**
 * Let newer data stand in for what this package brings, at once and for every book of this process: what is asked from now
 * on is priced by it. @throws Error when it cannot be; what was in force stays so.
 */
export function adoptListedData({ providers, version }: ListedData): void {
  // The library puts all of it in its place, or throws and has changed nothing.
  library().updatePrices(({ setProviderData }) => setProviderData([...providers]))
  inForce = version
}

/** The data in force. */
export async function listedProviders(): Promise<readonly Provider[]> {
  return (await library().waitForUpdate()) ?? []
}

/** What the data is asked by: a provider's id there, the base URL it is called at, or a model whose maker is meant. */
export type ProviderHint =
  | { readonly providerId: string }
  | { readonly providerApiUrl: string }
  | { readonly modelId: string }

/** The first provider that one of the hints leads to. */
export function findListedProvider(hints: readonly ProviderHint[]): Provider | undefined {
  for (const hint of hints) {
    const provider = library().findProvider(hint)
    if (provider) return provider
  }
  return undefined
}

/** What a provider lists for a model at a moment, by the data's own rules for aliases, snapshots and dates. */
export function findListedPrice(provider: Provider, model: string, nowMs: number): ModelPrice | undefined {
  const options = { providerId: provider.id, timestamp: new Date(nowMs) }
  return library().calcPrice({}, model, options)?.model_price
}

/** Every price that a provider lists, for whatever model, date or time of day; of those it resells too. */
export function allListedPrices(provider: Provider): ModelPrice[] {
  const resold = (provider.fallback_model_providers ?? []).flatMap((providerId) => {
    return library().findProvider({ providerId })?.models ?? []
  })
  return [...provider.models, ...resold].flatMap(modelPrices)
}

/** Every price that is listed for a model, for whatever date or time of day. */
export function modelPrices({ prices }: Pick<ModelInfo, 'prices'>): ModelPrice[] {
  return Array.isArray(prices) ? prices.map((conditional) => conditional.prices) : [prices]
}
