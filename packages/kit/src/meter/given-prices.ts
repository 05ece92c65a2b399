import { divideUp } from './decimal.ts'
import { eachKind, type TieredPrices, type UnitPrices } from './price.ts'

/** Prices as far as somebody states them; input is always stated. */
export type GivenPrices = Readonly<Partial<Record<keyof UnitPrices, number | undefined>>> & {
  readonly input: number
}

/** What a provider asks for audio, where the model itself states none. */
export type AudioPrices = Pick<UnitPrices, 'audioInput' | 'audioOutput'>

const NO_AUDIO: AudioPrices = { audioInput: 0, audioOutput: 0 }

/**
 * The dearest fees that are published by a provider of note, for models that state none: a fee that nobody states is never
 * free. A web search: Google's, up to Gemini 2.5 (https://ai.google.dev/gemini-api/docs/pricing). A picture: GPT Image 1 in
 * its best quality (https://platform.openai.com/docs/pricing#image-generation). A minute of sound: xAI's voice, at $4.80 an
 * hour (https://docs.x.ai/docs/models). Characters: Google's Studio voices, at $160 a million
 * (https://cloud.google.com/text-to-speech/pricing).
 */
const DEAREST_FEES = {
  perRequest: 0,
  perWebSearch: 35_000_000,
  perImage: 250_000_000,
  perAudioMinute: 80_000_000,
  perMillionCharacters: 160_000_000_000,
} as const

/** Anthropic asks twice the price of input for what it keeps an hour; nobody is known to ask more. */
const LONG_WRITE_MULTIPLE = 2

/**
 * A price for every kind. One that is not stated is priced the dear way: what is cached or written to a cache as input is,
 * and twice that for an hour where writing costs extra at all; pictures as the text around them; sound at the dearest that
 * its provider asks for sound, or as text where it asks nothing special; a fee at the dearest that is published.
 */
export function completePrices(given: GivenPrices, dearestAudio: AudioPrices = NO_AUDIO): UnitPrices {
  const { input, output = input, cacheWrite = given.cacheWrite1h ?? input, imageInput = input } = given
  const { audioInput = Math.max(input, dearestAudio.audioInput) } = given
  const stood: Readonly<Record<keyof UnitPrices, number>> = {
    ...DEAREST_FEES,
    input,
    cachedInput: input,
    cachedAudioInput: audioInput,
    cachedImageInput: imageInput,
    cacheWrite,
    cacheWrite1h: cacheWrite > input ? Math.max(cacheWrite, input * LONG_WRITE_MULTIPLE) : cacheWrite,
    audioInput,
    imageInput,
    output,
    audioOutput: Math.max(output, dearestAudio.audioOutput),
    imageOutput: output,
  }
  return eachKind((kind) => given[kind] ?? stood[kind])
}

/** The same prices times a percentage, rounded up; fees are not part of it. */
export function scalePrices(prices: TieredPrices, percent: number): TieredPrices {
  return {
    ...scaleUnits(prices, percent),
    tiers: prices.tiers.map((tier) => ({ ...tier, prices: scaleUnits(tier.prices, percent) })),
  }
}

function scaleUnits(prices: UnitPrices, percent: number): UnitPrices {
  const scaled = (price: number) => Number(divideUp(BigInt(price) * BigInt(percent), 100n))
  return eachKind((kind) => (Object.hasOwn(DEAREST_FEES, kind) ? prices[kind] : scaled(prices[kind])))
}
