/** Prices of a model in USD per million tokens, as decimal strings; what is left out costs nothing, cached input as much as input. */
export interface ModelPrice {
  readonly input: string
  readonly cachedInput?: string
  /** Input written to the prompt cache, where a write has a price of its own; as much as input when absent. */
  readonly cacheWrite?: string
  /** The same for what is kept for an hour; as much as `cacheWrite` when absent. */
  readonly cacheWrite1h?: string
  readonly output?: string
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
  'gpt-3.5-turbo-instruct': { input: '1.50', output: '2.00' },
  'claude-haiku-4-5': { input: '1.00', cachedInput: '0.10', cacheWrite: '1.25', output: '5.00' },
  'claude-sonnet-4-5': { input: '3.00', cachedInput: '0.30', cacheWrite: '3.75', output: '15.00' },
  'claude-opus-4-5': { input: '5.00', cachedInput: '0.50', cacheWrite: '6.25', output: '25.00' },
  'gemini-2.5-flash': { input: '0.30', cachedInput: '0.03', output: '2.50' },
  'gemini-2.5-pro': { input: '1.25', cachedInput: '0.125', output: '10.00' },
  'gemini-3-pro-preview': { input: '2.00', cachedInput: '0.20', output: '12.00' },
  'gemini-embedding-001': { input: '0.15' },
  'text-embedding-3-small': { input: '0.02' },
  'text-embedding-3-large': { input: '0.13' },
}

/** Nano-USD per million tokens. */
interface Rates {
  readonly input: bigint
  readonly cachedInput: bigint
  readonly cacheWrite: bigint
  readonly cacheWrite1h: bigint
  readonly output: bigint
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
  const rates: Rates = {
    input: nanoPerMillion(price.input),
    cachedInput: nanoPerMillion(price.cachedInput ?? price.input),
    cacheWrite: nanoPerMillion(price.cacheWrite ?? price.input),
    cacheWrite1h: nanoPerMillion(price.cacheWrite1h ?? price.cacheWrite ?? price.input),
    output: nanoPerMillion(price.output ?? '0'),
  }
  return ({ input, cachedInput, cacheWrite = 0, cacheWrite1h = 0, output }) => {
    const millionths =
      BigInt(input) * rates.input +
      BigInt(cachedInput) * rates.cachedInput +
      BigInt(cacheWrite) * rates.cacheWrite +
      BigInt(cacheWrite1h) * rates.cacheWrite1h +
      BigInt(output) * rates.output
    return (millionths + 999_999n) / 1_000_000n
  }
}
