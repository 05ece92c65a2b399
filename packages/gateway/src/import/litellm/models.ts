import { PRESETS, presetNamed } from '@tollgate/kit/wire'
import { isMapping, type Mapping } from '../../mapping.ts'
import { shifted } from './decimal.ts'
import type { Notes } from './note.ts'
import { reference } from './reference.ts'

/** LiteLLM's names of providers (https://docs.litellm.ai/docs/providers), and ours. */
const PRESET_OF: Readonly<Record<string, string>> = {
  ...Object.fromEntries(PRESETS.map(({ name }) => [name, name])),
  together_ai: 'together',
  fireworks_ai: 'fireworks',
  cohere_chat: 'cohere',
  ollama_chat: 'ollama',
  hosted_vllm: 'vllm',
  lm_studio: 'lmstudio',
  azure: 'azure',
  vertex_ai: 'vertex',
  bedrock: 'bedrock',
}

/** Of a model without a provider before it. */
const MAKERS: readonly (readonly [RegExp, string])[] = [
  [/^(?:gpt-|o\d|chatgpt-|text-embedding-|dall-e|whisper|tts-)/, 'openai'],
  [/^claude-/, 'anthropic'],
  [/^gemini-/, 'gemini'],
]

/** What LiteLLM says of a deployment, and what that is in a provider here. */
const FIELD_OF: Readonly<Record<string, string>> = {
  api_base: 'baseUrl',
  api_version: 'apiVersion',
  vertex_project: 'project',
  vertex_location: 'location',
  aws_region_name: 'region',
  aws_access_key_id: 'accessKeyId',
  aws_secret_access_key: 'secretAccessKey',
  aws_session_token: 'sessionToken',
}
const SECRETS: ReadonlySet<string> = new Set(['apiKey', 'accessKeyId', 'secretAccessKey', 'sessionToken'])
const KNOWN: ReadonlySet<string> = new Set([
  ...Object.keys(FIELD_OF),
  ...['model', 'api_key', 'weight', 'input_cost_per_token', 'output_cost_per_token', 'custom_llm_provider'],
])

export interface ImportedTarget {
  readonly to: string
  readonly weight: number
}

/** Deployments as providers, and where each model goes. */
export interface ImportedModels {
  readonly providers: Readonly<Record<string, Mapping>>
  readonly targets: ReadonlyMap<string, readonly ImportedTarget[]>
  readonly prices: Readonly<Record<string, Mapping>>
  /** Whether any other model goes to whoever makes it. */
  readonly passthrough: boolean
}

/** Read `model_list`: each deployment with the same address and credentials is of one provider. */
export function importModels(list: unknown, notes: Notes): ImportedModels {
  const providers = new Map<string, Mapping>()
  const targets = new Map<string, ImportedTarget[]>()
  const prices: Record<string, Mapping> = {}
  let passthrough = false

  function providerOf(preset: string, params: Mapping, item: string): string {
    const stated = fieldsOf(preset, params, item, notes)
    const same = [...providers].find(([, known]) => JSON.stringify(known) === JSON.stringify(stated))
    if (same) return same[0]
    const taken = [...providers.keys()].filter((name) => name === preset || name.startsWith(`${preset}-`))
    const name = taken.length === 0 ? preset : `${preset}-${taken.length + 1}`
    providers.set(name, stated)
    return name
  }

  for (const [at, entry] of (Array.isArray(list) ? list : []).entries()) {
    const item = `model_list[${at}]`
    const { model_name: name, litellm_params: params } = isMapping(entry) ? entry : {}
    if (typeof name !== 'string' || !isMapping(params) || typeof params.model !== 'string') {
      notes.left(item, 'has no model_name and litellm_params.model')
      continue
    }
    const { preset, model } = servedBy(params.model, params.custom_llm_provider)
    if (preset === undefined) {
      notes.left(item, `${params.model}: its provider is none that is known here; declare it under providers`)
      continue
    }
    const provider = providerOf(preset, params, item)
    for (const field of Object.keys(params).filter((field) => !KNOWN.has(field)))
      notes.left(`${item}.litellm_params.${field}`, 'has no place here')
    if (name.includes('*') || model.includes('*')) {
      passthrough = true
      notes.changed(item, `${name} became "*": passthrough: any model goes to whoever makes it`)
      continue
    }
    const target = { to: `${provider}/${model}`, weight: Number(params.weight ?? 1) || 1 }
    targets.set(name, [...(targets.get(name) ?? []), target])
    const price = priceIn(params, isMapping(entry) ? entry.model_info : undefined)
    if (price) prices[target.to] = price
    notes.carried(item, `${name} → ${target.to}`)
  }
  return { providers: Object.fromEntries(providers), targets, prices, passthrough }
}

function servedBy(
  text: string,
  stated: unknown,
): { readonly preset: string | undefined; readonly model: string } {
  const slash = text.indexOf('/')
  const before = typeof stated === 'string' ? stated : slash === -1 ? undefined : text.slice(0, slash)
  const model = slash !== -1 && text.slice(0, slash) in PRESET_OF ? text.slice(slash + 1) : text
  if (before !== undefined) return { preset: PRESET_OF[before], model }
  return { preset: MAKERS.find(([pattern]) => pattern.test(text))?.[1], model }
}

function fieldsOf(preset: string, params: Mapping, item: string, notes: Notes): Mapping {
  const variable = presetNamed(preset)?.variables?.apiKey ?? `${preset.toUpperCase()}_API_KEY`
  const stated: Record<string, string> = { preset }
  const put = (field: string, value: unknown, from: string) => {
    if (typeof value !== 'string' || value === '') return
    const text = reference(value)
    if (text !== value || !SECRETS.has(field)) {
      stated[field] = text
      return
    }
    const name = field === 'apiKey' ? variable : from.toUpperCase()
    stated[field] = `\${${name}}`
    notes.changed(
      `${item}.litellm_params.${from}`,
      `stood in the file itself: set ${name}, or seal it with tollgate providers set-key`,
    )
  }
  for (const [from, field] of Object.entries(FIELD_OF)) put(field, params[from], from)
  put('apiKey', params.api_key, 'api_key')
  // Without a key of its own a deployment is called with that of the environment.
  const isKeyed = presetNamed(preset)?.variables !== undefined || preset === 'azure'
  if (stated.apiKey === undefined && isKeyed) stated.apiKey = `\${${variable}}`
  return stated
}

/** USD per token as USD per million. */
function priceIn(params: Mapping, info: unknown): Mapping | undefined {
  const from = params.input_cost_per_token === undefined && isMapping(info) ? info : params
  const [input, output] = [from.input_cost_per_token, from.output_cost_per_token].map((each) =>
    shifted(each, 6),
  )
  return input === undefined || output === undefined ? undefined : { input, output }
}
