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
  if (!(strategy in ORDERS))
    notes.changed('router_settings.routing_strategy', `${strategy} became order: ${order}`)
  const routes = Object.fromEntries(
    [...targets].map(([model, own]) => [model, routeOf(model, own, { targets, settings, order, notes })]),
  )
  for (const [alias, model] of Object.entries(
    isMapping(settings.model_group_alias) ? settings.model_group_alias : {},
  )) {
    if (typeof model !== 'string' || !(model in routes))
      notes.left(`model_group_alias.${alias}`, 'names no model of model_list')
    else routes[alias] = routes[model]!
  }
  return { ...routes, ...(passthrough && { '*': 'passthrough' }) }
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
    for (const name of names) {
      const found = targets.get(name)
      if (!found) notes.left(`${setting}.${model}`, `${name} is no model of model_list`)
      else others.push(...found)
    }
    if (names.length > 0 && rescue) rescues.push(rescue)
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

/** `[{ gpt-4o: [claude] }]` */
function namesIn(setting: unknown, model: string): string[] {
  return (Array.isArray(setting) ? setting : []).flatMap((entry) => {
    const names = isMapping(entry) ? entry[model] : undefined
    return Array.isArray(names) ? names.map(String) : []
  })
}
