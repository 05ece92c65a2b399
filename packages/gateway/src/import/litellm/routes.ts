import { isMapping, type Mapping } from '../../mapping.ts'
import type { ImportedModels, ImportedTarget } from './models.ts'
import type { Notes } from './note.ts'

/** Ways to choose among deployments (https://docs.litellm.ai/docs/routing), and ours. */
const ORDERS: Readonly<Record<string, string>> = {
  'simple-shuffle': 'weight',
  'latency-based-routing': 'least-latency',
  'cost-based-routing': 'least-cost',
}

/** What is asked instead, and what it is called here. */
const FALLBACKS = [
  ['fallbacks', undefined],
  ['context_window_fallbacks', 'context_window'],
  ['content_policy_fallbacks', 'content_filter'],
] as const

/** Where each model goes, with what the settings say of it. */
export function importRoutes(
  { targets, passthrough }: Pick<ImportedModels, 'targets' | 'passthrough'>,
  settings: Mapping,
  notes: Notes,
): Mapping {
  const strategy =
    settings.routing_strategy === undefined ? 'simple-shuffle' : String(settings.routing_strategy)
  const order = ORDERS[strategy] ?? 'weight'
  const routes: Record<string, unknown> = Object.fromEntries(
    [...targets].map(([model, own]) => [model, routeOf(model, own, { targets, settings, order, notes })]),
  )
  if (settings.routing_strategy !== undefined) noteOrder(strategy, order, routes, notes)
  noteStrangers(targets, settings, notes)
  for (const [alias, model] of Object.entries(
    isMapping(settings.model_group_alias) ? settings.model_group_alias : {},
  )) {
    if (typeof model !== 'string' || !Object.hasOwn(routes, model))
      notes.left(`model_group_alias.${alias}`, 'names no model of model_list')
    else {
      routes[alias] = routes[model]
      notes.carried(`model_group_alias.${alias}`, `routes: ${alias} goes where ${model} goes`)
    }
  }
  return { ...routes, ...(passthrough && { '*': 'passthrough' }) }
}

/** Only a model with several deployments, and no fallbacks behind them, is asked by any order but the written one. */
function noteOrder(strategy: string, order: string, routes: Mapping, notes: Notes): void {
  const item = 'router_settings.routing_strategy'
  const of = Object.keys(routes).filter((model) => isMapping(routes[model]) && 'order' in routes[model])
  if (of.length === 0)
    notes.left(
      item,
      `${strategy}: nothing to choose by it: no model here has several deployments and no fallbacks`,
    )
  else if (strategy in ORDERS) notes.carried(item, `order: ${order}, of ${of.join(', ')}`)
  else notes.changed(item, `${strategy} became order: ${order}, of ${of.join(', ')}`)
}

/** Fallbacks of what is no model of the list. */
function noteStrangers(targets: ImportedModels['targets'], settings: Mapping, notes: Notes): void {
  for (const [setting] of FALLBACKS) {
    const entries = Array.isArray(settings[setting]) ? settings[setting].filter(isMapping) : []
    for (const model of entries.flatMap((entry) => Object.keys(entry)).filter((name) => !targets.has(name)))
      notes.left(`${setting}.${model}`, `${model} is no model of model_list`)
  }
}

interface RouteOptions extends Pick<ImportedModels, 'targets'> {
  readonly settings: Mapping
  readonly order: string
  readonly notes: Notes
}

function routeOf(model: string, own: readonly ImportedTarget[], options: RouteOptions): unknown {
  const { targets, settings, order, notes } = options
  const rescues: string[] = []
  const others: ImportedTarget[] = []
  for (const [setting, rescue] of FALLBACKS) {
    const names = namesIn(settings[setting], model)
    const found = names.flatMap((name) => targets.get(name) ?? [])
    others.push(...found)
    for (const name of names.filter((name) => !targets.has(name)))
      notes.left(`${setting}.${model}`, `${name} is no model of model_list`)
    if (found.length === 0) continue
    if (rescue) rescues.push(rescue)
    noteFallback(`${setting}.${model}`, found, rescue, notes)
  }
  const all = [...own, ...others.filter(({ to }) => !own.some((each) => each.to === to))]
  if (others.length > 0 && own.length > 1)
    notes.changed(
      `fallbacks.${model}`,
      'its deployments are asked in order, and no longer by turns: behind them come the fallbacks',
    )
  const balanced = others.length === 0 && own.length > 1
  if (!balanced && rescues.length === 0) return all.map(({ to }) => to)
  return {
    targets: all.map(({ to, weight }) => (balanced && weight !== 1 ? { to, weight } : to)),
    ...(balanced && { order }),
    ...(rescues.length > 0 && { rescues }),
  }
}

/** A target of a route is asked whenever the one before it fails, and for its rescues as well. */
function noteFallback(
  item: string,
  found: readonly ImportedTarget[],
  rescue: string | undefined,
  notes: Notes,
): void {
  const behind = `behind it: ${found.map(({ to }) => to).join(', ')}`
  if (rescue === undefined) notes.carried(item, behind)
  else notes.changed(item, `${behind}, with rescues: ${rescue}; they are asked as well when it fails`)
}

/** `[{ gpt-4o: [claude] }]` */
function namesIn(setting: unknown, model: string): string[] {
  return (Array.isArray(setting) ? setting : []).flatMap((entry) => {
    const names = isMapping(entry) ? entry[model] : undefined
    return Array.isArray(names) ? names.map(String) : []
  })
}
