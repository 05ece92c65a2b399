import type { ModelPrice } from '@pydantic/genai-prices'
import { scaleDecimal } from './decimal.ts'
import { type AudioPrices, completePrices } from './given-prices.ts'
import type { TieredPrices, UnitPrices } from './price.ts'

/**
 * Read one listed price. A kind that it does not name is priced the dear way (see {@link completePrices}): sound at the
 * dearest that this provider asks for sound, since `gpt-4o-audio-preview` is listed with its text price alone, a sixteenth of
 * its audio's. What a {@link Usage} does not tell apart (films, citations, separately priced reasoning) raises the kind it is
 * counted in.
 *
 * @returns undefined when neither a price per token nor one by time is listed. `{}` means unknown, never free.
 */
export function readListedPrice(listed: ModelPrice, dearestAudio?: AudioPrices): TieredPrices | undefined {
  if (listed.input_mtok === undefined && listed.audio_hours === undefined) return undefined
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

function unitPricesAt(
  listed: ModelPrice,
  inputTokens: number,
  dearestAudio: AudioPrices | undefined,
): UnitPrices {
  const dearest = (...keys: string[]): number | undefined => {
    const prices = keys
      .map((key) => nanoPerMillion(listed[key], inputTokens))
      .filter((price) => price !== undefined)
    return prices.length > 0 ? Math.max(...prices) : undefined
  }
  const given = {
    input: dearest('input_mtok', 'input_video_mtok') ?? 0,
    cachedInput: dearest('cache_read_mtok'),
    cachedAudioInput: dearest('cache_audio_read_mtok'),
    cachedImageInput: dearest('cache_image_read_mtok'),
    cacheWrite: dearest('cache_write_mtok'),
    cacheWrite1h: dearest('cache_write_1h_mtok'),
    audioInput: dearest('input_audio_mtok'),
    imageInput: dearest('input_image_mtok'),
    output: dearest('output_mtok', 'output_reasoning_mtok', 'output_citation_mtok', 'output_video_mtok'),
    audioOutput: dearest('output_audio_mtok'),
    imageOutput: dearest('output_image_mtok'),
    perAudioMinute: nanoPerMinute(listed.audio_hours, inputTokens),
    perRequest: nanoEach(listed.requests_kcount, inputTokens),
    perWebSearch: nanoEach(listed.web_searches_kcount, inputTokens),
  }
  return completePrices(given, dearestAudio)
}

type Listed = ModelPrice[string]

/** `…_mtok` is in USD per million tokens: nine places to nano-USD. */
function nanoPerMillion(listed: Listed, inputTokens: number): number | undefined {
  const usd = usdAt(listed, inputTokens)
  return usd === undefined ? undefined : scaleDecimal(usd, 9)
}

/** `…_hours` is in USD an hour. */
function nanoPerMinute(listed: Listed, inputTokens: number): number | undefined {
  const usd = usdAt(listed, inputTokens)
  return usd === undefined ? undefined : Math.ceil(scaleDecimal(usd, 9) / MINUTES_PER_HOUR)
}

const MINUTES_PER_HOUR = 60

/** `…_kcount` is in USD per thousand: six places to nano-USD each. */
function nanoEach(listed: Listed, inputTokens: number): number | undefined {
  const usd = usdAt(listed, inputTokens)
  return usd === undefined ? undefined : scaleDecimal(usd, 6)
}

function usdAt(listed: Listed, inputTokens: number): number | undefined {
  if (typeof listed !== 'object') return listed
  let usd = listed.base
  for (const tier of [...listed.tiers].sort((a, b) => a.start - b.start)) {
    if (inputTokens > tier.start) usd = tier.price
  }
  return usd
}
