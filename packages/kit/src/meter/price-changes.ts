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
