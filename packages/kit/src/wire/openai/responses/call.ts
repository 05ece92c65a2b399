import type { Call } from '../../call.ts'
import type { Target } from '../../format.ts'
import { invalid, isObject, type JsonObject, optionalBoolean } from '../../json.ts'
import { asksForTier, capOf, modelOf } from '../shared-fields.ts'
import { isKeeper } from './kept-items.ts'

/** Caps below it are refused: https://platform.openai.com/docs/api-reference/responses/create#responses-create-max_output_tokens */
const LEAST_OUTPUT_TOKENS = 16

/** Read what a request to Responses may cost: https://platform.openai.com/docs/api-reference/responses/create */
export function readCall(body: JsonObject, { bytes }: Target): Call {
  const model = modelOf(body)
  const items = itemsOf(body)
  const parts = items.flatMap(partsOf)
  const maxOutputTokens = capOf(body, 'max_output_tokens')
  const stream = optionalBoolean(body, 'stream') ?? false
  return {
    dialect: 'openai',
    endpoint: 'responses',
    model,
    stream,
    // Every stream ends with its usage, and has no other chunk for it.
    wantsUsage: stream,
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    leastOutputTokens: LEAST_OUTPUT_TOKENS,
    // https://platform.openai.com/docs/guides/reasoning
    ...(isObject(body.reasoning) && body.reasoning.effort === 'none' ? { withoutReasoning: true } : {}),
    choices: 1,
    inputBytes: bytes,
    ...inputOf(body, items, parts),
    ...continuation(body),
    audioInput: parts.some((part) => part.type === 'input_audio'),
    imageInput: !items.every(isBlind) || !parts.every((part) => isText(part) || isSound(part)),
    audioOutput: false,
    unpriced: unpricedOf(body),
    structured: Array.isArray(body.tools) || (isObject(body.text) && isObject(body.text.format)),
  }
}

/** Fields that bring in what was said before, or a stored prompt: input that is not in the request. */
export const STORED_INPUT = ['previous_response_id', 'conversation', 'prompt'] as const

function hasStoredInput(body: JsonObject): boolean {
  return STORED_INPUT.some((field) => isGiven(body[field]))
}

/** Whether its bytes bound what it reads; and if not, whether that is only for what is stored of other responses. */
function inputOf(
  body: JsonObject,
  items: readonly JsonObject[],
  parts: readonly JsonObject[],
): Pick<Call, 'unboundedInput' | 'storedInput'> {
  const isPlain = parts.every(isText)
  if (!hasStoredInput(body) && items.every(isWhole) && isPlain) return { unboundedInput: false }
  const named = isPlain && !isStoredOtherwise(body) && items.every(isWholeOrNamed)
  return { unboundedInput: true, ...(named && { storedInput: true }) }
}

/** Of whose size nobody knows: a conversation grows with whoever adds to it, and a prompt is the operator's. */
function isStoredOtherwise({ conversation, prompt }: JsonObject): boolean {
  return isGiven(conversation) || isGiven(prompt)
}

/** Either is an id that the provider takes from whoever has its key: https://platform.openai.com/docs/guides/conversation-state */
function continuation(body: JsonObject): { readonly continues?: string } {
  const field = (['previous_response_id', 'conversation'] as const).find((name) => isGiven(body[name]))
  return field ? { continues: field } : {}
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}

function itemsOf({ input }: JsonObject): readonly JsonObject[] {
  if (input === undefined || input === null || typeof input === 'string') return []
  if (!Array.isArray(input) || !input.every(isObject)) {
    throw invalid('input', '`input` is a string or a list of items.')
  }
  return input
}

const WHOLE_ITEMS: ReadonlySet<unknown> = new Set([
  'message',
  'function_call',
  'function_call_output',
  'custom_tool_call',
  'custom_tool_call_output',
])

/** An item whose text is all there is to it. Others refer to what is stored, or stand for more than they are long. */
function isWhole(item: JsonObject): boolean {
  const { type, role, content } = item
  if (type === 'reasoning') return isWholeThought(item)
  return WHOLE_ITEMS.has(type) || (type === undefined && typeof role === 'string' && isGiven(content))
}

/**
 * What was thought comes back whole where it is sealed, and where no id says that it is stored: by that alone the provider
 * reads again all that it has, of which a summary says little
 * (https://platform.openai.com/docs/guides/reasoning#keeping-reasoning-items-in-context).
 */
function isWholeThought(item: JsonObject): boolean {
  const { id, encrypted_content: seal } = item
  return !isGiven(id) || isKeeper(item) || (typeof seal === 'string' && seal !== '')
}

function isWholeOrNamed(item: JsonObject): boolean {
  return isWhole(item) || item.type === 'item_reference' || item.type === 'reasoning'
}

function partsOf({ content, output }: JsonObject): readonly JsonObject[] {
  return [content, output].flatMap((parts) => (Array.isArray(parts) ? parts.filter(isObject) : []))
}

const TEXT_PARTS: ReadonlySet<unknown> = new Set([
  'input_text',
  'output_text',
  'refusal',
  'reasoning_text',
  'summary_text',
])
const TEXT_FIELDS: ReadonlySet<string> = new Set([
  'type',
  'text',
  'refusal',
  'annotations',
  'logprobs',
  'prompt_cache_breakpoint',
])

/** Text and nothing else: a part with an image beside its text may be read as an image, whatever its type says. */
function isText(part: JsonObject): boolean {
  return TEXT_PARTS.has(part.type) && Object.keys(part).every((name) => TEXT_FIELDS.has(name))
}

/** Sound and nothing else, likewise. */
function isSound(part: JsonObject): boolean {
  return (
    part.type === 'input_audio' &&
    Object.keys(part).every((name) => name === 'type' || name === 'input_audio')
  )
}

/** Items that show nothing of their own besides their parts: what they refer to was let in when it came. */
function isBlind(item: JsonObject): boolean {
  return isWhole(item) || BLIND_ITEMS.has(item.type)
}

const BLIND_ITEMS: ReadonlySet<unknown> = new Set([
  'item_reference',
  'compaction',
  'web_search_call',
  'file_search_call',
  'computer_call',
  'code_interpreter_call',
  'local_shell_call',
  'local_shell_call_output',
  'shell_call',
  'shell_call_output',
  'apply_patch_call',
  'apply_patch_call_output',
  'mcp_list_tools',
  'mcp_call',
  'mcp_approval_request',
  'mcp_approval_response',
])

/**
 * Features with a price of their own that the book does not have, or that no cap bounds. A background answer comes without
 * usage, when the call is over for us; compaction, and the `pro` mode of reasoning, bill more than one generation.
 */
function unpricedOf(body: JsonObject): string[] {
  const found: string[] = []
  if (optionalBoolean(body, 'background')) found.push('background')
  if (body.prompt !== undefined && body.prompt !== null) found.push('prompt')
  if (Array.isArray(body.context_management) && body.context_management.length > 0)
    found.push('context_management')
  const mode = isObject(body.reasoning) ? body.reasoning.mode : undefined
  if (mode !== undefined && mode !== null && mode !== 'standard') found.push('reasoning')
  if (asksForTier(body)) found.push('service_tier')
  const { tools } = body
  if (Array.isArray(tools) && !tools.every(isOwnTool)) found.push('tools')
  return found
}

const OWN_TOOLS: ReadonlySet<unknown> = new Set([
  'function',
  'custom',
  'namespace',
  'apply_patch',
  'local_shell',
  'computer',
  'computer_use_preview',
])

/**
 * A tool that the client runs. Others are run by the provider, at a fee, and it reads all of its input again after each.
 * Source: https://platform.openai.com/docs/pricing#built-in-tools
 */
function isOwnTool(tool: unknown): boolean {
  if (!isObject(tool)) return false
  const { type, environment } = tool
  if (type === 'shell') return isObject(environment) && environment.type === 'local'
  return OWN_TOOLS.has(type)
}
