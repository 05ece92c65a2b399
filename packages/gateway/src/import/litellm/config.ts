import { isMapping, type Mapping } from '../../mapping.ts'
import { importModels } from './models.ts'
import type { Notes } from './note.ts'
import { orgPolicy } from './org-policy.ts'
import { importRoutes } from './routes.ts'

const CARRIED: Readonly<Record<string, (value: unknown) => Mapping>> = {
  num_retries: (value) => ({ retries: { max: Number(value) } }),
  timeout: (value) => ({ timeouts: { total: `${Math.ceil(Number(value))}s` } }),
  request_timeout: (value) => ({ timeouts: { total: `${Math.ceil(Number(value))}s` } }),
  stream_timeout: (value) => ({ timeouts: { first_byte: `${Math.ceil(Number(value))}s` } }),
  cooldown_time: (value) => ({ breakers: { open: `${Math.ceil(Number(value))}s` } }),
}

/** What `importRoutes` reads. */
const OF_ROUTES: ReadonlySet<string> = new Set([
  ...['routing_strategy', 'model_group_alias', 'fallbacks'],
  ...['context_window_fallbacks', 'content_policy_fallbacks'],
])

/** What `orgPolicy` reads. */
const OF_ORG: ReadonlySet<string> = new Set([
  'litellm_settings.max_budget',
  'litellm_settings.budget_duration',
])

/** Why a setting is not carried, where that can be said; of any other, that it has no place here. */
const WHY: Readonly<Record<string, string>> = {
  'general_settings.master_key':
    'operators have a token of their own: TOLLGATE_ADMIN_TOKEN; it calls no models',
  'general_settings.database_url': 'books are in a file or a Redis: see store. Keys come with --database-url',
  'general_settings.store_model_in_db': 'models are in this file',
  'router_settings.redis_host': 'for a fleet say store: redis://…',
  'router_settings.redis_port': 'for a fleet say store: redis://…',
  'router_settings.redis_password': 'for a fleet say store: redis://…',
  'litellm_settings.success_callback': 'records are kept beside the books, and under audit',
  'litellm_settings.failure_callback': 'records are kept beside the books, and under audit',
  'litellm_settings.callbacks': 'records are kept beside the books, and under audit',
  'litellm_settings.cache': 'see cache',
  'litellm_settings.cache_params': 'see cache',
  'litellm_settings.drop_params': 'a translation leaves out what it cannot say, and names it: translation',
  'general_settings.alerting': 'see alerts',
}

const SECTIONS = ['router_settings', 'litellm_settings', 'general_settings'] as const

/** A LiteLLM config (https://docs.litellm.ai/docs/proxy/configs) as one of ours, as far as it goes. @param nowMs when prices are asked for. */
export function importConfig(tree: Mapping, nowMs: number, notes: Notes): Mapping {
  const { providers, prices, ...models } = importModels(tree.model_list, nowMs, notes)
  const settings: Record<string, unknown> = {}
  const fields: Record<string, Mapping> = {}
  for (const section of SECTIONS) {
    for (const [name, value] of Object.entries(isMapping(tree[section]) ? tree[section] : {})) {
      const item = `${section}.${name}`
      const carried = CARRIED[name]
      if (carried && section !== 'general_settings' && Number(value) >= 0) {
        for (const [field, stated] of Object.entries(carried(value))) {
          fields[field] = { ...fields[field], ...(stated as Mapping) }
          notes.carried(item, `${field}: ${JSON.stringify(stated)}`)
        }
      } else if (OF_ROUTES.has(name) && settings[name] === undefined) settings[name] = value
      else if (OF_ROUTES.has(name))
        notes.left(item, 'is stated under router_settings as well, which is carried')
      else if (!OF_ORG.has(item)) notes.left(item, WHY[item] ?? 'has no place here')
    }
  }
  const others = Object.keys(tree).filter(
    (name) => name !== 'model_list' && !(SECTIONS as readonly string[]).includes(name),
  )
  for (const name of others)
    notes.left(
      name,
      name === 'environment_variables' ? 'set them where the gateway is started' : 'has no place here',
    )
  const policy = orgPolicy(isMapping(tree.litellm_settings) ? tree.litellm_settings : {}, notes)
  return {
    providers,
    routes: importRoutes(models, settings, notes),
    ...(Object.keys(prices).length > 0 && { prices }),
    ...(policy && { policies: [policy] }),
    ...fields,
  }
}
