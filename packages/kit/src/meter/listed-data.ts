import { createHash } from 'node:crypto'
import type { ModelInfo, ModelPrice, Provider } from '@pydantic/genai-prices'
import { isObject } from '../core/json-object.ts'
import type { JsonObject } from '../wire/json.ts'
import type { UnreadableList } from './price-list.ts'

/** Price data in the format of `@pydantic/genai-prices`, read whole and found sound. */
export interface ListedData {
  readonly status: 'read'
  readonly providers: readonly Provider[]
  /** Which text it was read from: `genai-prices@` and its hash. */
  readonly version: string
}

/** Far more than all models there are take up, bytes. */
const MAX_BYTES = 32 * 2 ** 20
/** No provider asks as much for anything that is counted, USD per unit of its price. */
const MAX_USD = 1_000_000
const MAX_TEXT = 2_000
const MAX_DEPTH = 8

/** Why a text is no price data: the first thing that is wrong, with its place. */
class Unsound extends Error {}

/**
 * Read price data that has come from somewhere else: https://github.com/pydantic/genai-prices, `prices/new_data/v2/data.json`.
 * All of it or none: data that is cut off, misspelt or hostile is unreadable, and what was in force before it stays so. Its
 * patterns are matched against names that callers choose, so that one which could be slow is refused as well.
 */
export function readListedData(text: string): ListedData | UnreadableList {
  try {
    if (text.length > MAX_BYTES) throw new Unsound(`it is longer than ${MAX_BYTES} bytes`)
    const providers = listOf(parse(text), 'it')
    for (const provider of providers) checkProvider(provider)
    if (!providers.some((provider) => isObject(provider) && listOf(provider.models, 'models').length > 0))
      throw new Unsound('no model is in it')
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 12)
    return {
      status: 'read',
      providers: providers as unknown as readonly Provider[],
      version: `genai-prices@${hash}`,
    }
  } catch (error) {
    if (error instanceof Unsound) return { status: 'unreadable', problems: [error.message] }
    throw error
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Unsound('it is no JSON')
  }
}

function checkProvider(provider: unknown): void {
  const said = objectOf(provider, 'a provider')
  const id = textOf(said.id, 'the id of a provider')
  textOf(said.name, `${id}: name`)
  checkPattern(textOf(said.api_pattern, `${id}: api_pattern`), `${id}: api_pattern`)
  for (const match of [said.provider_match, said.model_match])
    if (match !== undefined) checkMatch(match, `${id}: match`)
  for (const resold of listOf(said.fallback_model_providers ?? [], `${id}: fallback_model_providers`))
    textOf(resold, `${id}: fallback_model_providers`)
  for (const model of listOf(said.models, `${id}: models`)) checkModel(model, id)
}

function checkModel(model: unknown, provider: string): void {
  const said = objectOf(model, `a model of ${provider}`)
  const place = `${provider}/${textOf(said.id, `the id of a model of ${provider}`)}`
  checkMatch(said.match, `${place}: match`)
  const { prices } = said
  if (!Array.isArray(prices)) return checkPrices(prices, place)
  if (prices.length === 0) throw new Unsound(`${place}: prices is empty`)
  for (const conditional of prices) {
    const { constraint, prices: stated } = objectOf(conditional, `${place}: prices`)
    if (constraint !== undefined) checkConstraint(objectOf(constraint, `${place}: constraint`), place)
    checkPrices(stated, place)
  }
}

const TIME = /^\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/

function checkConstraint({ type, start_date, start_time, end_time }: JsonObject, place: string): void {
  const sound =
    type === 'start_date'
      ? !Number.isNaN(Date.parse(String(start_date)))
      : type === 'time_of_date' && TIME.test(String(start_time)) && TIME.test(String(end_time))
  if (!sound) throw new Unsound(`${place}: a constraint is neither a date nor a time of day`)
}

function checkPrices(prices: unknown, place: string): void {
  for (const [field, price] of Object.entries(objectOf(prices, `${place}: prices`))) {
    if (price === undefined || price === null || isAmount(price)) continue
    const { base, tiers } = objectOf(price, `${place}: ${field}`)
    if (!isAmount(base)) throw new Unsound(`${place}: ${field} is no price`)
    for (const tier of listOf(tiers, `${place}: ${field}`)) {
      const { start, price: above } = objectOf(tier, `${place}: ${field}`)
      if (!Number.isSafeInteger(start) || !isAmount(above))
        throw new Unsound(`${place}: ${field} is no price`)
    }
  }
}

function isAmount(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= MAX_USD
}

/** How names are compared: an operator with a text, or `and` and `or` of others. */
function checkMatch(match: unknown, place: string, depth = 0): void {
  const [[operator, operand] = [], ...more] = Object.entries(objectOf(match, place))
  if (operator === undefined || more.length > 0 || depth > MAX_DEPTH)
    throw new Unsound(`${place} is no match`)
  if (operator === 'and' || operator === 'or') {
    for (const inner of listOf(operand, place)) checkMatch(inner, place, depth + 1)
    return
  }
  if (!OPERATORS.has(operator)) throw new Unsound(`${place} is no match`)
  const text = textOf(operand, place)
  if (operator === 'regex') checkPattern(text, place)
}

const OPERATORS: ReadonlySet<string> = new Set(['equals', 'starts_with', 'ends_with', 'contains', 'regex'])

/** A group that is repeated, or a back reference: either may take time that grows beyond all bounds. */
const MAY_BE_SLOW = /\)[*+{]|\\[1-9k]/
const REPETITIONS = /[*+]|\{\d*,/g
/** With so many, a name of 256 characters is compared in that many steps squared; the published data has one at most. */
const MAX_REPETITIONS = 2

function checkPattern(pattern: string, place: string): void {
  const repetitions = pattern.match(REPETITIONS)?.length ?? 0
  if (MAY_BE_SLOW.test(pattern) || repetitions > MAX_REPETITIONS)
    throw new Unsound(`${place} is a pattern that could be slow`)
  try {
    new RegExp(pattern)
  } catch {
    throw new Unsound(`${place} is no pattern`)
  }
}

function objectOf(value: unknown, place: string): JsonObject {
  if (!isObject(value)) throw new Unsound(`${place} is no object`)
  return value
}

function listOf(value: unknown, place: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Unsound(`${place} is no list`)
  return value
}

function textOf(value: unknown, place: string): string {
  if (typeof value !== 'string' || value === '' || value.length > MAX_TEXT) {
    throw new Unsound(`${place} is no text`)
  }
  return value
}

/** The prices of a model that hold last: those that others with a date or a time stand before. */
export function newestPrices({ prices }: ModelInfo): ModelPrice {
  return Array.isArray(prices) ? (prices.at(-1)?.prices ?? {}) : prices
}
