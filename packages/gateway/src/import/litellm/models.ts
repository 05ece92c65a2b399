import type { WrittenPrices } from '@tollgate/kit/meter'
import { presetNamed } from '@tollgate/kit/wire'
import { isMapping, type Mapping } from '../../mapping.ts'
import { COST_PARAMS, costsOf, isFree } from './costs.ts'
import type { Notes } from './note.ts'
import { type ImportedDeployment, pricedAs } from './priced-as.ts'
import { importedProvider, PROVIDER_PARAMS, servedBy } from './provider.ts'

const KNOWN_PARAMS: ReadonlySet<string> = new Set([
  ...PROVIDER_PARAMS,
  ...COST_PARAMS,
  'weight',
  'base_model',
])
/** What is said of a model there besides, which only describes it. */
const KNOWN_INFO: ReadonlySet<string> = new Set([...COST_PARAMS, 'base_model', 'id', 'mode', 'description'])

export interface ImportedTarget {
  readonly to: string
  readonly weight: number
}

/** Deployments as providers, and where each model goes. */
export interface ImportedModels {
  readonly providers: Readonly<Record<string, Mapping>>
  readonly targets: ReadonlyMap<string, readonly ImportedTarget[]>
  readonly prices: Readonly<Record<string, WrittenPrices>>
  /** Whether any other model goes to whoever makes it. */
  readonly passthrough: boolean
}

/**
 * Read `model_list`: each deployment with the same address and credentials is of one provider.
 *
 * @param nowMs when prices are asked for.
 */
export function importModels(list: unknown, nowMs: number, notes: Notes): ImportedModels {
  const providers = new Map<string, Mapping>()
  const targets = new Map<string, ImportedTarget[]>()
  const prices: Record<string, WrittenPrices> = {}
  const deployments: ImportedDeployment[] = []
  let passthrough = false

  for (const [at, listed] of (Array.isArray(list) ? list : []).entries()) {
    const item = `model_list[${at}]`
    const entry = readEntry(listed, item, notes)
    if (!entry) continue
    const { name, preset, stated, model, weight, costs, isOwn, baseModel } = entry
    const provider = nameIn(providers, preset, stated)
    if (name.includes('*') || model.includes('*')) {
      passthrough = true
      notes.changed(item, `${name} became "*": passthrough: any model goes to whoever makes it`)
      continue
    }
    const to = `${provider}/${model}`
    targets.set(name, [...(targets.get(name) ?? []), { to, weight }])
    notes.carried(item, `${name} → ${to}`)
    if (costs) putPrice(prices, to, costs, { item, notes, isMetered: isOwn })
    deployments.push({ item, provider, model, baseModel })
  }
  const behind = pricedAs(deployments, { providers, prices, nowMs, notes })
  const whole = [...providers].map(([name, stated]) => {
    const models = behind.get(name)
    return [name, models ? { ...stated, models } : stated] as const
  })
  return { providers: Object.fromEntries(whole), targets, prices, passthrough }
}

/** A deployment as it is listed. */
interface Entry {
  readonly name: string
  readonly preset: string
  readonly stated: Mapping
  readonly model: string
  readonly weight: number
  readonly costs: WrittenPrices | undefined
  /** Whether its preset is of servers of one's own, which cost nothing. */
  readonly isOwn: boolean
  readonly baseModel: unknown
}

function readEntry(listed: unknown, item: string, notes: Notes): Entry | undefined {
  const { model_name: name, litellm_params: params, model_info } = isMapping(listed) ? listed : {}
  if (typeof name !== 'string' || !isMapping(params) || typeof params.model !== 'string') {
    notes.left(item, 'has no model_name and litellm_params.model')
    return undefined
  }
  const { preset, model } = servedBy(params.model, params.custom_llm_provider)
  if (preset === undefined) {
    notes.left(item, `${params.model}: its provider is none that is known here; declare it under providers`)
    return undefined
  }
  const info = isMapping(model_info) ? model_info : {}
  leftOf(`${item}.litellm_params`, params, KNOWN_PARAMS, notes)
  leftOf(`${item}.model_info`, info, KNOWN_INFO, notes)
  const isOwn = presetNamed(preset)?.billing === 'none'
  const costs = costsOf(params, info, item, notes)
  // Prices of what costs nothing by its preset would not be looked at; and of what is free there is nothing to say.
  const isPaid = costs !== undefined && !(isOwn && isFree(costs))
  const provider = importedProvider(preset, params, item, notes)
  return {
    name,
    preset,
    stated: isOwn && isPaid ? { ...provider, billing: 'metered' } : provider,
    model,
    weight: Number(params.weight ?? 1) || 1,
    costs: isPaid ? costs : undefined,
    isOwn,
    baseModel: info.base_model ?? params.base_model,
  }
}

/** What a provider is called: one that is there already has its name. */
function nameIn(providers: Map<string, Mapping>, preset: string, stated: Mapping): string {
  const same = [...providers].find(([, known]) => JSON.stringify(known) === JSON.stringify(stated))
  if (same) return same[0]
  const taken = [...providers.keys()].filter((name) => name === preset || name.startsWith(`${preset}-`))
  const name = taken.length === 0 ? preset : `${preset}-${taken.length + 1}`
  providers.set(name, stated)
  return name
}

function putPrice(
  prices: Record<string, WrittenPrices>,
  name: string,
  costs: WrittenPrices,
  { item, notes, isMetered }: { readonly item: string; readonly notes: Notes; readonly isMetered: boolean },
): void {
  const known = prices[name]
  if (known && JSON.stringify(known) !== JSON.stringify(costs)) {
    notes.left(`${item} costs`, `${name} has another price already, of an entry before it`)
    return
  }
  prices[name] = costs
  notes.carried(`${item} costs`, `prices: ${name}${isMetered ? ', and billing: metered' : ''}`)
}

function leftOf(where: string, stated: Mapping, known: ReadonlySet<string>, notes: Notes): void {
  for (const field of Object.keys(stated).filter((field) => !known.has(field)))
    notes.left(`${where}.${field}`, 'has no place here')
}
