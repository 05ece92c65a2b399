import type { ModelInfo, Provider } from '@pydantic/genai-prices'
import { modelPrices } from './genai-prices.ts'
import { modelFinder, namesOf } from './listed-names.ts'
import { readListedPrice } from './listed-price.ts'
import { eachKind, PRICED_KINDS, type UnitPrices } from './price.ts'

/** So much of the models that have prices now must have them afterwards: a list that lost more was not meant to. */
const KEPT_PERCENT = 75
/** A price that falls to less than this part is an error, or an attack; one that is meant can be stated in the config. */
const LEAST_PART = 10

/**
 * Why newer data should not stand in for what is in force, a sentence each; none when it may. It has lost models, or would
 * give away what has a price today: in any kind of token or fee, on any date or tier, and by any name that leads to a model
 * now, for whom a new entry may stand before the old one.
 */
export function doubtsAbout(before: readonly Provider[], after: readonly Provider[]): string[] {
  const next = new Map(after.map((provider) => [provider.id, provider]))
  const priced = before.flatMap((provider) =>
    provider.models.filter(hasPrice).map((model) => ({ provider, model })),
  )
  const kept = priced.filter(({ provider, model }) => {
    return next.get(provider.id)?.models.some((other) => other.id === model.id && hasPrice(other))
  })
  if (kept.length * 100 < priced.length * KEPT_PERCENT)
    return [`it prices ${kept.length} of the ${priced.length} models that have a price now`]
  return before.flatMap((provider) => {
    const other = next.get(provider.id)
    return other ? fallsOf(provider, other) : []
  })
}

/** What costs a tenth or less, by some name, than it did. What has no price any more is priced by a ceiling, which is dear. */
function fallsOf(before: Provider, after: Provider): string[] {
  const [old, next] = [modelFinder(before.models), modelFinder(after.models)]
  const names = new Set(before.models.flatMap(namesOf))
  return [...names].flatMap((name) => {
    const [was, is] = [leastOf(old(name)), leastOf(next(name))]
    if (!was || !is) return []
    return PRICED_KINDS.filter((kind) => is[kind] * LEAST_PART < was[kind]).map(
      (kind) => `${before.id}/${name}: ${kind} falls to less than a tenth`,
    )
  })
}

function hasPrice(model: ModelInfo): boolean {
  return leastOf(model) !== undefined
}

const least = new WeakMap<ModelInfo, UnitPrices>()

/** Kind by kind, the least that a model may cost, on whatever date and at whatever length. */
function leastOf(model: ModelInfo | undefined): UnitPrices | undefined {
  if (!model) return undefined
  const known = least.get(model) ?? readLeast(model)
  if (known) least.set(model, known)
  return known
}

function readLeast(model: ModelInfo): UnitPrices | undefined {
  const all = modelPrices(model).flatMap((listed) => {
    const read = readListedPrice(listed)
    return read ? [read, ...read.tiers.map(({ prices }) => prices)] : []
  })
  return all.length === 0 ? undefined : eachKind((kind) => Math.min(...all.map((price) => price[kind])))
}
