import type { Dialect } from '../../core/dialect.ts'
import type { Endpoint } from '../endpoint.ts'
import type { Provider } from '../provider.ts'
import type { Quirks } from '../quirks.ts'

/** What is known of a provider whom many call: everything but the key. */
export interface Preset {
  readonly name: string
  readonly dialect: Dialect
  readonly baseUrl: string
  /** The environment variables that its own SDK reads; nothing is read here. */
  readonly variables?: { readonly apiKey: string; readonly baseUrl?: string }
  /** All of its dialect's when absent. */
  readonly endpoints?: readonly Endpoint[]
  /** Its id in the price data. */
  readonly priceAs?: string
  /** `none`: a server of one's own. */
  readonly billing?: 'none'
  readonly quirks?: Quirks
  /** The provider's own page that says all this. */
  readonly page: string
}

export interface PresetProviderOptions extends Partial<Omit<Provider, 'dialect' | 'quirks'>> {}

/** A provider by what is known of it; whatever else is stated wins. */
export function presetProvider(preset: Preset, stated: PresetProviderOptions = {}): Provider {
  const { name, dialect, baseUrl, endpoints, priceAs, billing, quirks } = preset
  return {
    name,
    dialect,
    baseUrl,
    ...(endpoints ? { endpoints } : {}),
    ...(priceAs === undefined ? {} : { priceAs }),
    ...(billing === undefined ? {} : { billing }),
    ...(quirks ? { quirks } : {}),
    ...stated,
  }
}
