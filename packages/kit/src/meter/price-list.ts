import { createHash } from 'node:crypto'
import { isObject, parseObject } from '../core/json-object.ts'
import { litellmKey, readLitellmEntry } from './litellm-prices.ts'
import type { ModelPrices } from './price.ts'
import { overrideKey } from './price-override.ts'

/** A list of prices of one's own, read whole: it stands before the built-in one, and behind overrides. */
export interface PriceList {
  readonly status: 'read'
  /** By `provider/model`, or by `model` where an entry says no provider; in lower case. */
  readonly prices: ReadonlyMap<string, ModelPrices>
  /** Entries that are no prices, a sentence each; the built-in list stands for them. */
  readonly problems: readonly string[]
  /** Which text it was read from. */
  readonly version: string
}

/** A text that is no list: whatever was in force before it stays so. */
export interface UnreadableList {
  readonly status: 'unreadable'
  readonly problems: readonly string[]
}

/** Not the name of a model: it says what the fields mean. */
const SAMPLE = 'sample_spec'

/**
 * Read a list of prices in the format of LiteLLM's `model_prices_and_context_window.json`. Never throws, and never gives half
 * a price: an entry that cannot be read is left out and told of, and a text without a single price is no list.
 *
 * @example
 * const list = loadPrices(readFileSync('model_prices_and_context_window.json', 'utf8'))
 * if (list.status === 'read') priceBook({ lists: [list] })
 */
export function loadPrices(text: string): PriceList | UnreadableList {
  const entries = parseObject(text)
  if (!entries) return { status: 'unreadable', problems: ['it is no JSON object of models'] }
  const prices = new Map<string, ModelPrices>()
  const problems: string[] = []
  for (const [name, entry] of Object.entries(entries)) {
    if (name === SAMPLE) continue
    try {
      if (!isObject(entry)) throw new RangeError('it is no JSON object')
      const price = readLitellmEntry(entry)
      if (price) prices.set(overrideKey(litellmKey(name, entry)), price)
    } catch (error) {
      problems.push(`${name}: ${(error as Error).message}`)
    }
  }
  if (prices.size === 0)
    return { status: 'unreadable', problems: [...problems, 'no price of a token is in it'] }
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12)
  return { status: 'read', prices, problems, version: `litellm@${hash}` }
}
