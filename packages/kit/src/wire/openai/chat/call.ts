import type { Call } from '../../call.ts'
import type { Target } from '../../format.ts'
import { invalid, isObject, type JsonObject } from '../../json.ts'
import { asksForTier, capOf, choicesOf, modelOf, streamOf } from '../shared-fields.ts'

/** Read what a request to Chat Completions may cost: https://platform.openai.com/docs/api-reference/chat/create */
export function readCall(body: JsonObject, { bytes }: Target): Call {
  const model = modelOf(body)
  if (!Array.isArray(body.messages) || body.messages.length === 0) {
    throw invalid('messages', '`messages` is a list of at least one message.')
  }
  const cap = capOf(body, 'max_completion_tokens')
  const legacyCap = capOf(body, 'max_tokens')
  if (cap !== undefined && legacyCap !== undefined) {
    throw invalid('max_tokens', 'Give one of `max_tokens` and `max_completion_tokens`, not both.')
  }
  const parts = partsOf(body.messages)
  const maxOutputTokens = cap ?? legacyCap
  return {
    dialect: 'openai',
    endpoint: 'chat',
    model,
    ...streamOf(body),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    // OpenAI's own models of this generation can be told not to think: https://platform.openai.com/docs/guides/reasoning
    ...(body.reasoning_effort === 'none' ? { withoutReasoning: true } : {}),
    choices: choicesOf(body, 'n'),
    inputBytes: bytes,
    unboundedInput: !parts.every(isText),
    audioInput: parts.some((part) => part.type === 'input_audio'),
    imageInput: !parts.every((part) => isText(part) || isSound(part)),
    audioOutput: Array.isArray(body.modalities) && body.modalities.includes('audio'),
    unpriced: unpricedOf(body),
    structured: hasTools(body) || isObject(body.response_format),
  }
}

function hasTools({ tools, functions }: JsonObject): boolean {
  return Array.isArray(tools) || Array.isArray(functions)
}

/** The content parts of all messages that are not plain text of their own. */
function partsOf(messages: readonly unknown[]): JsonObject[] {
  const parts: JsonObject[] = []
  for (const message of messages) {
    if (!isObject(message)) throw invalid('messages', 'Each of `messages` is an object.')
    // An earlier answer in audio is sent back by its id: its length is not in the request.
    if (isObject(message.audio)) parts.push({ type: 'input_audio' })
    if (Array.isArray(message.content)) parts.push(...message.content.filter(isObject))
  }
  return parts
}

const TEXT_FIELDS: ReadonlySet<string> = new Set([
  'type',
  'text',
  'refusal',
  'cache_control',
  'prompt_cache_breakpoint',
])

/** Text and nothing else: a part with an image beside its text may be read as an image, whatever its type says. */
function isText(part: JsonObject): boolean {
  return (
    (part.type === 'text' || part.type === 'refusal') &&
    Object.keys(part).every((name) => TEXT_FIELDS.has(name))
  )
}

/** Sound and nothing else, likewise. */
function isSound(part: JsonObject): boolean {
  return part.type === 'input_audio' && Object.keys(part).every((name) => SOUND_FIELDS.has(name))
}

const SOUND_FIELDS: ReadonlySet<string> = new Set([
  'type',
  'input_audio',
  'cache_control',
  'prompt_cache_breakpoint',
])

/** Features with a price of their own that the book does not have, or that no cap bounds. */
function unpricedOf(body: JsonObject): string[] {
  const found: string[] = []
  for (const feature of ['web_search_options', 'prediction'])
    if (body[feature] !== undefined && body[feature] !== null) found.push(feature)
  if (asksForTier(body)) found.push('service_tier')
  const { tools } = body
  if (Array.isArray(tools) && !tools.every(isOwnTool)) found.push('tools')
  return found
}

/** A tool that the client runs; others are run by the provider, at a fee. */
function isOwnTool(tool: unknown): boolean {
  return isObject(tool) && (tool.type === 'function' || tool.type === 'custom')
}
