import type { Provider } from '@pydantic/genai-prices'
import { newestPrices } from './listed-data.ts'
import { readListedPrice } from './listed-price.ts'
import { PRICED_KINDS, type UnitPrices } from './price.ts'

/** A price that is another one in newer data; nano-USD, undefined where there was none, or is none any more. */
export interface PriceChange {
  /** `provider/model`, as the data names them. */
  readonly model: string
  readonly kind: keyof UnitPrices
  readonly before: number | undefined
  readonly after: number | undefined
}

/** What newer data changes, model by model and kind by kind; a model that is new or gone is all of its kinds. */
export function priceChanges(before: readonly Provider[], after: readonly Provider[]): PriceChange[] {
  const [old, next] = [unitPrices(before), unitPrices(after)]
  return [...new Set([...old.keys(), ...next.keys()])].flatMap((model) => {
    const [was, is] = [old.get(model), next.get(model)]
    return PRICED_KINDS.filter((kind) => was?.[kind] !== is?.[kind]).map((kind) => ({
      model,
      kind,
      before: was?.[kind],
      after: is?.[kind],
    }))
  })
}

/** So much of the models that have prices now must have them afterwards: a list that lost more was not meant to. */
const KEPT_PERCENT = 75
/** A price that falls to less than this part is an error, or an attack; one that is meant can be stated in the config. */
const LEAST_PART = 10

/**
 * Why newer data should not stand in for what is in force, a sentence each; none when it may. It has lost models, or would
 * give away what has a price today.
 */
export function doubtsAbout(before: readonly Provider[], after: readonly Provider[]): string[] {
  const [old, next] = [unitPrices(before), unitPrices(after)]
  const kept = [...old.keys()].filter((model) => next.has(model)).length
  if (kept * 100 < old.size * KEPT_PERCENT)
    return [`it prices ${kept} of the ${old.size} models that have a price now`]
  return [...old].flatMap(([model, was]) => {
    const is = next.get(model)
    if (!is) return []
    return (['input', 'output'] as const)
      .filter((kind) => is[kind] * LEAST_PART < was[kind])
      .map((kind) => `${model}: ${kind} falls to less than a tenth`)
  })
}

function unitPrices(providers: readonly Provider[]): ReadonlyMap<string, UnitPrices> {
  const priced = new Map<string, UnitPrices>()
  for (const { id, models } of providers) {
    for (const model of models) {
      const price = readListedPrice(newestPrices(model))
      if (price) priced.set(`${id}/${model.id}`, price)
    }
  }
  return priced
}
