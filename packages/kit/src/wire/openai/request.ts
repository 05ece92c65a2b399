import type { Call, Endpoint } from '../call.ts'
import { invalid, isObject, type JsonObject, optionalBoolean, optionalInteger } from '../json.ts'

/**
 * Fields that enforcement reads. Given twice, they are refused: the provider's parser might take the other one.
 */
export const GUARDED_FIELDS: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'prompt',
  'input',
  'max_tokens',
  'max_completion_tokens',
  'n',
  'best_of',
  'stream',
  'stream_options',
  'modalities',
  'tools',
  'service_tier',
  'web_search_options',
  'prediction',
])

/** More output than any model can give: a typing error, or an attempt at overflow. */
const MAX_TOKENS = 10_000_000
/** OpenAI's own bound: https://platform.openai.com/docs/api-reference/chat/create#chat-create-n */
const MAX_CHOICES = 128
/** Completions without a cap stop here: https://platform.openai.com/docs/api-reference/completions/create */
const COMPLETIONS_DEFAULT_MAX_TOKENS = 16

/** Printable ASCII without spaces or quotes: what a provider could read differently names no model. */
const MODEL_NAME = /^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,199}$/

/** Read a request in OpenAI's dialect. @throws TollgateError `invalid_request`, naming the field. */
export function readRequest(endpoint: Endpoint, body: JsonObject, bytes: number): Call {
  const shared = {
    dialect: 'openai',
    endpoint,
    model: modelOf(body),
    stream: false,
    wantsUsage: false,
    choices: 1,
    inputBytes: bytes,
    unboundedInput: false,
    audioInput: false,
    audioOutput: false,
    unpriced: unpricedOf(body),
    structured: false,
  } as const
  if (endpoint === 'chat') return readChat(shared, body)
  if (endpoint === 'completions') return readCompletions(shared, body)
  if (body.input === undefined || body.input === null) throw invalid('input', '`input` is missing.')
  return shared
}

function readChat(shared: Call, body: JsonObject): Call {
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
    ...shared,
    ...streamOf(body),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    choices: optionalInteger(body, 'n', 1, MAX_CHOICES) ?? 1,
    unboundedInput: !parts.every(isText),
    audioInput: parts.some((part) => part.type === 'input_audio'),
    audioOutput: Array.isArray(body.modalities) && body.modalities.includes('audio'),
    structured: Array.isArray(body.tools) || isObject(body.response_format),
  }
}

function readCompletions(shared: Call, body: JsonObject): Call {
  const { prompt } = body
  if (prompt === undefined || prompt === null) throw invalid('prompt', '`prompt` is missing.')
  const isList = Array.isArray(prompt) && !prompt.every((token) => typeof token === 'number')
  const prompts = isList ? prompt.length : 1
  const n = optionalInteger(body, 'n', 1, MAX_CHOICES) ?? 1
  const bestOf = optionalInteger(body, 'best_of', 1, MAX_CHOICES) ?? 1
  return {
    ...shared,
    ...streamOf(body),
    maxOutputTokens: capOf(body, 'max_tokens') ?? COMPLETIONS_DEFAULT_MAX_TOKENS,
    choices: prompts * Math.max(n, bestOf),
  }
}

function modelOf(body: JsonObject): string {
  const { model } = body
  if (typeof model !== 'string' || model === '') throw invalid('model', '`model` is missing.')
  if (!MODEL_NAME.test(model)) {
    throw invalid('model', '`model` is a plain name: letters, digits and . _ : / @ + -')
  }
  return model
}

function capOf(body: JsonObject, name: string): number | undefined {
  return optionalInteger(body, name, 1, MAX_TOKENS)
}

function streamOf(body: JsonObject): { stream: boolean; wantsUsage: boolean } {
  const stream = optionalBoolean(body, 'stream') ?? false
  const options = body.stream_options
  if (options !== undefined && options !== null && !isObject(options)) {
    throw invalid('stream_options', '`stream_options` is an object.')
  }
  const wantsUsage = isObject(options) ? (optionalBoolean(options, 'include_usage') ?? false) : false
  return { stream, wantsUsage: stream && wantsUsage }
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

const TEXT_FIELDS: ReadonlySet<string> = new Set(['type', 'text', 'refusal', 'cache_control'])

/** Text and nothing else: a part with an image beside its text may be read as an image, whatever its type says. */
function isText(part: JsonObject): boolean {
  return (
    (part.type === 'text' || part.type === 'refusal') &&
    Object.keys(part).every((name) => TEXT_FIELDS.has(name))
  )
}

/** Features with a price of their own that the book does not have, or that no cap bounds. */
function unpricedOf(body: JsonObject): string[] {
  const found: string[] = []
  for (const feature of ['web_search_options', 'prediction'])
    if (body[feature] !== undefined && body[feature] !== null) found.push(feature)
  const tier = body.service_tier
  if (tier !== undefined && tier !== null && tier !== 'auto' && tier !== 'default') found.push('service_tier')
  if (Array.isArray(body.tools)) {
    const hosted = body.tools.some(
      (tool) => !isObject(tool) || (tool.type !== 'function' && tool.type !== 'custom'),
    )
    if (hosted) found.push('tools')
  }
  return found
}
