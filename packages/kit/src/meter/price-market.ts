import type { Provider } from '@pydantic/genai-prices'
import { allListedPrices, findListedProvider, type ProviderHint } from './genai-prices.ts'
import type { AudioPrices } from './given-prices.ts'
import { readListedPrice } from './listed-price.ts'
import { dearest, FREE, type UnitPrices } from './price.ts'

/**
 * Where a model's provider is in no list, its ceiling is the dearest of these: OpenAI, and OpenRouter, which resells
 * nearly every model that speaks OpenAI's dialect. A service of one's own is better declared `billing: 'none'`.
 */
const STAND_INS: readonly ProviderHint[] = [{ providerId: 'openai' }, { providerId: 'openrouter' }]

/** The extremes of what a provider asks: what the price of an unknown model, or of an unlisted kind, goes by. */
export interface Market {
  /** The dearest of every kind at a provider; of the stand-ins where it is unknown, or prices nothing by the token. */
  ceiling(provider: Provider | undefined): UnitPrices
  dearestAudio(provider: Provider): AudioPrices
}

/** Each extreme is worked out when it is first asked for, and once. */
export function readMarket(): Market {
  const ceilingOf = onceByProvider((provider) => {
    const listed = allListedPrices(provider).flatMap((entry) => readListedPrice(entry) ?? [])
    return dearest(listed.flatMap((price) => [price, ...price.tiers.map((tier) => tier.prices)]))
  })
  const audioOf = onceByProvider((provider) => {
    // Zero for what an entry does not list, so that its price of text is not taken for one of audio.
    const listed = allListedPrices(provider).flatMap(
      (entry) => readListedPrice({ input_audio_mtok: 0, output_audio_mtok: 0, ...entry }) ?? [],
    )
    const { audioInput, audioOutput } = dearest(listed)
    return { audioInput, audioOutput }
  })

  return {
    ceiling(provider) {
      const ceiling = provider ? ceilingOf(provider) : FREE
      if (ceiling.input > 0) return ceiling
      return dearest(STAND_INS.flatMap((hint) => findListedProvider([hint]) ?? []).map(ceilingOf))
    },
    dearestAudio: audioOf,
  }
}

function onceByProvider<T>(work: (provider: Provider) => T): (provider: Provider) => T {
  const done = new Map<string, T>()
  return (provider) => {
    const known = done.get(provider.id) ?? work(provider)
    done.set(provider.id, known)
    return known
  }
}
