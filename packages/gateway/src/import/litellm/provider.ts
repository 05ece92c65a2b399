import { PRESETS, presetNamed } from '@tollgate/kit/wire'
import type { Mapping } from '../../mapping.ts'
import { carriedAddress } from './address.ts'
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

/** What LiteLLM says of a deployment as it is, and what that is in a provider here. */
const FIELD_OF: Readonly<Record<string, string>> = {
  api_version: 'apiVersion',
  vertex_project: 'project',
  vertex_location: 'location',
  aws_region_name: 'region',
  aws_access_key_id: 'accessKeyId',
  aws_secret_access_key: 'secretAccessKey',
  aws_session_token: 'sessionToken',
}
const SECRETS: ReadonlySet<string> = new Set(['apiKey', 'accessKeyId', 'secretAccessKey', 'sessionToken'])

/** Where LiteLLM finds the address of a provider that has none of its own. */
const ADDRESS_IN: Readonly<Record<string, string>> = {
  azure: 'AZURE_API_BASE',
  vllm: 'HOSTED_VLLM_API_BASE',
  lmstudio: 'LM_STUDIO_API_BASE',
}

/** LiteLLM's names of Azure's `v1` API, which is what has no version here. */
const AZURE_V1: ReadonlySet<unknown> = new Set(['v1', 'latest', 'preview'])

/** The parameters that `importedProvider` and `servedBy` read. */
export const PROVIDER_PARAMS: readonly string[] = [
  ...Object.keys(FIELD_OF),
  ...['model', 'api_base', 'api_key', 'custom_llm_provider'],
]

/** Which of our presets serves a model of theirs, and under which name; no preset where there is none for it. */
export function servedBy(
  text: string,
  stated: unknown,
): { readonly preset: string | undefined; readonly model: string } {
  const slash = text.indexOf('/')
  const before = typeof stated === 'string' ? stated : slash === -1 ? undefined : text.slice(0, slash)
  const model = slash !== -1 && text.slice(0, slash) in PRESET_OF ? text.slice(slash + 1) : text
  if (before !== undefined) return { preset: PRESET_OF[before], model }
  return { preset: MAKERS.find(([pattern]) => pattern.test(text))?.[1], model }
}

/** A provider by its preset and the parameters of a deployment. @param item where they stand. */
export function importedProvider(preset: string, params: Mapping, item: string, notes: Notes): Mapping {
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
  const address = addressIn(preset, params.api_base, `${item}.litellm_params.api_base`, notes)
  if (address !== undefined) stated.baseUrl = address
  for (const [from, field] of Object.entries(FIELD_OF)) put(field, params[from], from)
  if (preset === 'azure' && AZURE_V1.has(stated.apiVersion)) delete stated.apiVersion
  put('apiKey', params.api_key, 'api_key')
  // Without a key of its own a deployment is called with that of the environment.
  const isKeyed = presetNamed(preset)?.variables !== undefined || preset === 'azure'
  if (stated.apiKey === undefined && isKeyed) stated.apiKey = `\${${variable}}`
  return stated
}

function addressIn(preset: string, apiBase: unknown, item: string, notes: Notes): string | undefined {
  const variable = ADDRESS_IN[preset]
  if (typeof apiBase !== 'string' || apiBase === '') {
    if (variable === undefined) return undefined
    notes.carried(item, `is not stated: baseUrl is \${${variable}}, where LiteLLM looks for it`)
    return `\${${variable}}`
  }
  const carried = carriedAddress(preset, apiBase)
  if (carried?.differs) notes.changed(item, carried.differs)
  if (!carried) notes.left(item, `is asked in another way here: ${preset} is called at its own address`)
  return carried?.baseUrl
}
