import { reference } from './reference.ts'

/** An `api_base` as a `baseUrl`. */
export interface CarriedAddress {
  readonly baseUrl: string
  /** How it differs from what was stated; undefined when it does not. */
  readonly differs: string | undefined
}

/** What an `api_base` may end in there that is not of a base URL here. */
interface AddressRule {
  readonly without?: RegExp
  /** What every address of it ends in here. */
  readonly ends?: string
  /** Whether what it ends in may be said or left out there. */
  readonly isOptional?: boolean
}

/** LiteLLM takes the whole address of a call as well. */
const OF_CHAT: AddressRule = { without: /\/(?:chat\/completions|embeddings)$/ }

/**
 * Where LiteLLM and Tollgate do not mean the same address, by preset: Ollama is asked below `/api` there
 * (https://docs.litellm.ai/docs/providers/ollama), Mistral's `/v1` is added where it is missing
 * (https://docs.litellm.ai/docs/providers/mistral), and an Azure resource may be named by a deployment of it
 * (https://docs.litellm.ai/docs/providers/azure).
 */
const RULES: Readonly<Record<string, AddressRule>> = {
  ollama: { without: /\/api(?:\/[a-z]+)?$/, ends: '/v1' },
  mistral: { ...OF_CHAT, ends: '/v1', isOptional: true },
  anthropic: { without: /\/v1\/messages$/ },
  azure: { without: /\/openai(?:\/.*)?$/ },
}

/** LiteLLM calls these in a dialect of their own, and its `api_base` is all of the address there. */
const OTHER_ADDRESSES: ReadonlySet<string> = new Set(['cohere', 'vertex'])

/** Where a deployment is called. @returns undefined where its address there is no address here. */
export function carriedAddress(preset: string, apiBase: string): CarriedAddress | undefined {
  if (OTHER_ADDRESSES.has(preset)) return undefined
  const { without, ends, isOptional } = RULES[preset] ?? OF_CHAT
  if (apiBase.startsWith('os.environ/')) return inVariable(reference(apiBase), ends, isOptional)
  const plain = apiBase.replace(/[?#].*$/, '').replace(/\/+$/, '')
  const root = without ? plain.replace(without, '') : plain
  const baseUrl = ends === undefined || root.endsWith(ends) ? root : root + ends
  return {
    baseUrl: reference(baseUrl),
    differs: baseUrl === plain ? undefined : `became baseUrl: ${baseUrl}`,
  }
}

/** What stands in a variable is not known here. */
function inVariable(text: string, ends: string | undefined, isOptional = false): CarriedAddress {
  if (ends === undefined) return { baseUrl: text, differs: undefined }
  if (isOptional)
    return { baseUrl: text, differs: `became baseUrl: ${text}, which has to end in ${ends} here` }
  return { baseUrl: text + ends, differs: `became baseUrl: ${text}${ends}` }
}
