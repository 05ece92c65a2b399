import type { ModelPrice } from '@pydantic/genai-prices'
import { scaleDecimal } from './decimal.ts'
import type { PriceTier, UnitPrices } from './price.ts'

/** The dearest price of audio that a provider lists for any model, in nano-USD per million tokens. */
export type AudioPrices = Pick<UnitPrices, 'audioInput' | 'audioOutput'>

const NO_AUDIO: AudioPrices = { audioInput: 0, audioOutput: 0 }

/**
 * Read one listed price. A kind of token that it does not name is priced the dear way: cached and cache-written input
 * as input; audio at the dearest that this provider asks for audio (`gpt-4o-audio-preview` is listed with its text
 * price alone, a sixteenth of its audio's), or as text where the provider has no price for audio at all. Kinds that a
 * {@link Usage} does not tell apart (images, video, citations, separately priced reasoning) raise the kind they are
 * counted in.
 *
 * @returns undefined when no price per token is listed. `{}` means unknown, never free, and so does a price per hour.
 */
export function readListedPrice(
  listed: ModelPrice,
  dearestAudio: AudioPrices = NO_AUDIO,
): (UnitPrices & { readonly tiers: readonly PriceTier[] }) | undefined {
  if (listed.input_mtok === undefined) return undefined
  const starts = Object.values(listed).flatMap((price) =>
    typeof price === 'object' ? price.tiers.map((tier) => tier.start) : [],
  )
  const ascending = [...new Set(starts)].sort((a, b) => a - b)
  return {
    ...unitPricesAt(listed, 0, dearestAudio),
    tiers: ascending.map((start) => ({
      aboveInputTokens: start,
      prices: unitPricesAt(listed, start + 1, dearestAudio),
    })),
  }
}

function unitPricesAt(listed: ModelPrice, inputTokens: number, dearestAudio: AudioPrices): UnitPrices {
  const dearest = (...keys: string[]): number | undefined => {
    const prices = keys
      .map((key) => nanoPerMillion(listed[key], inputTokens))
      .filter((price) => price !== undefined)
    return prices.length > 0 ? Math.max(...prices) : undefined
  }
  const input = dearest('input_mtok', 'input_image_mtok', 'input_video_mtok') ?? 0
  const output =
    dearest(
      'output_mtok',
      'output_reasoning_mtok',
      'output_citation_mtok',
      'output_image_mtok',
      'output_video_mtok',
    ) ?? input
  return {
    input,
    cachedInput: dearest('cache_read_mtok') ?? input,
    cacheWrite: dearest('cache_write_mtok', 'cache_write_1h_mtok') ?? input,
    audioInput: dearest('input_audio_mtok') ?? Math.max(input, dearestAudio.audioInput),
    output,
    audioOutput: dearest('output_audio_mtok') ?? Math.max(output, dearestAudio.audioOutput),
    perRequest: nanoPerRequest(listed.requests_kcount, inputTokens),
  }
}

type Listed = ModelPrice[string]

/** `…_mtok` is in USD per million tokens: nine places to nano-USD. */
function nanoPerMillion(listed: Listed, inputTokens: number): number | undefined {
  const usd = usdAt(listed, inputTokens)
  return usd === undefined ? undefined : scaleDecimal(usd, 9)
}

/** `requests_kcount` is in USD per thousand requests: six places to nano-USD per request. */
function nanoPerRequest(listed: Listed, inputTokens: number): number {
  return scaleDecimal(usdAt(listed, inputTokens) ?? 0, 6)
}

function usdAt(listed: Listed, inputTokens: number): number | undefined {
  if (typeof listed !== 'object') return listed
  let usd = listed.base
  for (const tier of [...listed.tiers].sort((a, b) => a.start - b.start)) {
    if (inputTokens > tier.start) usd = tier.price
  }
  return usd
}
