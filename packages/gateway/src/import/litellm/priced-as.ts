import { type PriceOverrides, type PriceQuery, priceBook } from '@tollgate/kit/meter'
import { presetNamed } from '@tollgate/kit/wire'
import type { Mapping } from '../../mapping.ts'
import type { Notes } from './note.ts'
import { servedBy } from './provider.ts'

/** A model at a provider of the new config. */
export interface ImportedDeployment {
  /** Where it was: `model_list[3]`. */
  readonly item: string
  readonly provider: string
  readonly model: string
  /** The model that it is of, as LiteLLM says it: https://docs.litellm.ai/docs/proxy/cost_tracking */
  readonly baseModel: unknown
}

export interface PricedAsOptions {
  readonly providers: ReadonlyMap<string, Mapping>
  readonly prices: PriceOverrides
  readonly nowMs: number
  readonly notes: Notes
}

/** Hosts of other people's models, and their ids in the price data. */
const PRICES_OF: Readonly<Record<string, string>> = { azure: 'azure', vertex: 'google', bedrock: 'aws' }

/**
 * Which model stands behind each deployment, by provider, for its `models`. A deployment that no price is known for is
 * noted, with what to do about it: a request to it is charged at the dearest price of its provider.
 */
export function pricedAs(
  deployments: readonly ImportedDeployment[],
  { providers, prices, nowMs, notes }: PricedAsOptions,
): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const book = priceBook({ overrides: prices, unknownPrice: 'refuse', clock: { now: () => nowMs } })
  const behind = new Map<string, Record<string, string>>()
  const seen = new Set<string>()
  // What one entry says of a deployment holds for every entry that names it.
  for (const deployment of deployments.toSorted((a, b) => saysNothing(a) - saysNothing(b))) {
    const { item, provider, model } = deployment
    const name = `${provider}/${model}`
    const stated = providers.get(provider)!
    const isKnown = (as: string) => book.price(queryOf(provider, stated, as)) !== undefined
    const own = `${item}.model_info.base_model`
    const base = baseOf(deployment)
    if (Object.hasOwn(prices, name)) {
      if (base !== undefined) notes.left(own, `${name} has a price of its own, under prices`)
    } else if (base !== undefined && stated.preset !== 'vertex' && isKnown(base)) {
      const models = behind.get(provider) ?? {}
      behind.set(provider, { [model]: base, ...models })
      noteBase(own, name, { as: `${provider}/${base}`, first: models[model] ?? base, prices, notes })
    } else if (base !== undefined || !(isKnown(model) || seen.has(name))) {
      const why = base === undefined ? 'is not stated' : `${base} is nothing that ${provider} has a price for`
      const charged = isKnown(model) ? 'by its own name' : 'at the dearest price of its provider'
      notes.left(own, `${why}: ${name} is charged ${charged}. ${cure(name, stated)}`)
    }
    seen.add(name)
  }
  return behind
}

function saysNothing(deployment: ImportedDeployment): number {
  return baseOf(deployment) === undefined ? 1 : 0
}

/** The model that a deployment is said to be of, where that is another name than its own. */
function baseOf({ model, baseModel }: ImportedDeployment): string | undefined {
  const base = typeof baseModel === 'string' ? servedBy(baseModel, undefined).model : undefined
  return base === model ? undefined : base
}

interface BaseNote extends Pick<PricedAsOptions, 'prices' | 'notes'> {
  /** The base model, at the same provider. */
  readonly as: string
  /** The base model that an entry before has stated of the same deployment, or this one. */
  readonly first: string
}

function noteBase(item: string, name: string, { as, first, prices, notes }: BaseNote): void {
  const provider = name.slice(0, name.indexOf('/'))
  const model = name.slice(provider.length + 1)
  const is = `providers.${provider}.models: ${model} is ${first}`
  if (as !== `${provider}/${first}`) notes.left(item, `${is}, as an entry before it says`)
  else if (Object.hasOwn(prices, as))
    notes.changed(item, `${is}, and has the price that ${as} has under prices`)
  else notes.carried(item, is)
}

function cure(name: string, { preset }: Mapping): string {
  const [provider, ...model] = name.split('/')
  const price = `its price under prices: ${name}`
  if (preset === 'vertex') return `State ${price}`
  return `State which model it is, under providers.${provider}.models: ${model.join('/')}, or ${price}`
}

function queryOf(provider: string, { preset, baseUrl, billing }: Mapping, model: string): PriceQuery {
  const known = presetNamed(String(preset))
  const isWritten = typeof baseUrl === 'string' && !baseUrl.includes('${')
  return {
    provider,
    model,
    billing: billing === undefined ? known?.billing : 'metered',
    baseUrl: isWritten ? baseUrl : known?.baseUrl,
    priceAs: known?.priceAs ?? PRICES_OF[String(preset)],
  }
}
