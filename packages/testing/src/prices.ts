/** Prices of a model in USD per million tokens, as decimal strings; what is left out costs nothing, cached input as much as input. */
export interface ModelPrice {
  readonly input: string
  readonly cachedInput?: string
  /** Input written to the prompt cache, where a write has a price of its own; as much as input when absent. */
  readonly cacheWrite?: string
  /** The same for what is kept for an hour; as much as `cacheWrite` when absent. */
  readonly cacheWrite1h?: string
  readonly output?: string
  /** Pictures and sound, as much as text when absent. */
  readonly imageInput?: string
  readonly audioInput?: string
  /** Sound found in the prompt cache, as much as other sound when absent. */
  readonly cachedAudioInput?: string
  readonly imageOutput?: string
  readonly audioOutput?: string
  /** USD a picture. */
  readonly image?: string
  /** USD a minute of sound. */
  readonly audioMinute?: string
  /** USD a million characters. */
  readonly characters?: string
}

/** What the provider billed for one request, in tokens; each is counted once. The words are those of the kit's meter. */
export interface ProviderUsage {
  /** Input that was not found in the prompt cache. */
  readonly input: number
  readonly cachedInput: number
  /** Input written to the prompt cache, and for an hour; absent where nothing is. */
  readonly cacheWrite?: number
  readonly cacheWrite1h?: number
  /** Everything generated, reasoning included. */
  readonly output: number
  /** The part of `output` that was thought and not said. */
  readonly reasoning: number
  /** Pictures and sound, besides the text that `input` and `output` count; absent where there are none. */
  readonly imageInput?: number
  readonly audioInput?: number
  /** Sound that was found in the prompt cache. */
  readonly cachedAudioInput?: number
  readonly imageOutput?: number
  readonly audioOutput?: number
  /** What is billed by the piece: pictures, ms of sound, characters. */
  readonly images?: number
  readonly audioMs?: number
  readonly characters?: number
}

/**
 * What the simulated provider bills unless it is told otherwise: prices for examples and tests, near real ones and
 * nobody's price list. What a provider bills today, its own pages say.
 */
export const EXAMPLE_PRICES: Readonly<Record<string, ModelPrice>> = {
  'gpt-4o': { input: '2.50', cachedInput: '1.25', output: '10.00' },
  'gpt-4o-mini': { input: '0.15', cachedInput: '0.075', output: '0.60' },
  'gpt-4.1': { input: '2.00', cachedInput: '0.50', output: '8.00' },
  'gpt-4.1-mini': { input: '0.40', cachedInput: '0.10', output: '1.60' },
  'gpt-4.1-nano': { input: '0.10', cachedInput: '0.025', output: '0.40' },
  'gpt-5': { input: '1.25', cachedInput: '0.125', output: '10.00' },
  'gpt-5-mini': { input: '0.25', cachedInput: '0.025', output: '2.00' },
  'gpt-5-nano': { input: '0.05', cachedInput: '0.005', output: '0.40' },
  'gpt-realtime': {
    input: '4.00',
    cachedInput: '0.40',
    audioInput: '32.00',
    cachedAudioInput: '0.40',
    output: '16.00',
    audioOutput: '64.00',
  },
  'gpt-3.5-turbo-instruct': { input: '1.50', output: '2.00' },
  'claude-haiku-4-5': { input: '1.00', cachedInput: '0.10', cacheWrite: '1.25', output: '5.00' },
  'claude-sonnet-4-5': { input: '3.00', cachedInput: '0.30', cacheWrite: '3.75', output: '15.00' },
  'claude-opus-4-5': { input: '5.00', cachedInput: '0.50', cacheWrite: '6.25', output: '25.00' },
  'gemini-2.5-flash': { input: '0.30', cachedInput: '0.03', output: '2.50' },
  'gemini-2.5-pro': { input: '1.25', cachedInput: '0.125', output: '10.00' },
  'gemini-3-pro-preview': { input: '2.00', cachedInput: '0.20', output: '12.00' },
  'gemini-embedding-001': { input: '0.15' },
  'amazon.nova-lite-v1:0': { input: '0.06', cachedInput: '0.015', output: '0.24' },
  'text-embedding-3-small': { input: '0.02' },
  'text-embedding-3-large': { input: '0.13' },
  'gpt-image-2': { input: '5.00', imageInput: '8.00', output: '30.00' },
  'gpt-4o-mini-tts': { input: '0.60', output: '12.00' },
  'tts-1': { input: '0', characters: '15.00' },
  'gpt-4o-mini-transcribe': { input: '1.25', audioInput: '3.00', output: '5.00' },
  'whisper-1': { input: '0', audioMinute: '0.006' },
  'dall-e-3': { input: '0', image: '0.04' },
  'omni-moderation-latest': { input: '0' },
}

/** The bill of one model. */
export type Bill = (usage: ProviderUsage) => bigint

const DECIMAL = /^(\d+)(?:\.(\d{1,9}))?$/

function nanoPerMillion(usd: string): bigint {
  const match = DECIMAL.exec(usd)
  if (!match)
    throw new RangeError(`"${usd}" is not a price in USD: a decimal string with at most nine places`)
  return BigInt(match[1]! + (match[2] ?? '').padEnd(9, '0'))
}

/**
 * How a price is billed: Σ tokens × price in nano-USD, rounded up once. Written apart from the kit's meter, and in other
 * arithmetic, because the two are compared.
 *
 * @throws RangeError when a price is not a decimal string.
 */
export function billFor(price: ModelPrice): Bill {
  const { input, output = '0' } = price
  /** Nano-USD for a million of each: tokens and characters as they are priced, pictures and minutes by the piece. */
  const rates = {
    input: nanoPerMillion(input),
    cachedInput: nanoPerMillion(price.cachedInput ?? input),
    cacheWrite: nanoPerMillion(price.cacheWrite ?? input),
    cacheWrite1h: nanoPerMillion(price.cacheWrite1h ?? price.cacheWrite ?? input),
    imageInput: nanoPerMillion(price.imageInput ?? input),
    audioInput: nanoPerMillion(price.audioInput ?? input),
    cachedAudioInput: nanoPerMillion(price.cachedAudioInput ?? price.audioInput ?? input),
    output: nanoPerMillion(output),
    imageOutput: nanoPerMillion(price.imageOutput ?? output),
    audioOutput: nanoPerMillion(price.audioOutput ?? output),
    characters: nanoPerMillion(price.characters ?? '0'),
    images: nanoPerMillion(price.image ?? '0') * 1_000_000n,
  }
  const aMinute = nanoPerMillion(price.audioMinute ?? '0')
  return (usage) => {
    let millionths = 0n
    for (const [kind, rate] of Object.entries(rates))
      millionths += BigInt(usage[kind as keyof typeof rates] ?? 0) * rate
    const sound = BigInt(usage.audioMs ?? 0) * aMinute
    return (millionths * 60_000n + sound * 1_000_000n + 59_999_999_999n) / 60_000_000_000n
  }
}
