import type { ConversationEndpoint } from '../endpoint.ts'
import type { Conversation, Turn } from './conversation.ts'
import type { MediaPart, Part, Seal } from './part.ts'
import { isReadable } from './readable-seals.ts'

/**
 * What a conversation may ask for that not every dialect can say. The key names it in refusals and in the loss table
 * (docs/reference/translation.md, which is made from this and from what each dialect says it carries).
 */
export const FEATURES = {
  developer: 'developer messages, apart from system ones',
  later_instructions: 'system or developer messages after the first turn',
  names: 'names of participants',
  image_data: 'images inside the request',
  image_url: 'images by URL',
  image_detail: 'how closely an image is looked at',
  document_data: 'PDF and other documents inside the request',
  document_url: 'documents by URL',
  document_text: 'plain-text documents',
  audio_input: 'audio inside the request',
  video_input: 'video',
  stored_file: 'files stored at a provider',
  tools: 'function tools',
  strict_tools: 'tools whose arguments must match their schema',
  custom_tools: 'tools that take free text',
  tool_choice: 'a tool that must be called',
  allowed_tools: 'a choice among some of the tools',
  single_tool_call: 'at most one tool call at a time',
  tool_result_images: 'images and documents in a tool’s result',
  tool_errors: 'a tool’s result marked as an error',
  json_output: 'an answer that is any JSON object',
  schema_output: 'an answer that matches a JSON Schema',
  temperature: 'temperature',
  top_p: 'top_p',
  top_k: 'top_k',
  penalties: 'frequency and presence penalties',
  seed: 'a seed',
  logprobs: 'log probabilities',
  logit_bias: 'biases of single tokens',
  stop: 'stop sequences',
  choices: 'several answers at once',
  reasoning_effort: 'how much to think, in words',
  reasoning_budget: 'how much to think, in tokens',
  past_reasoning: 'earlier thoughts, sealed by the provider that serves this request',
  foreign_reasoning: 'earlier thoughts, sealed by a provider of another dialect',
  verbosity: 'how long the answer is to be, in words',
  cache_markers: 'what is to be kept in the provider’s cache',
  cache_key: 'a key that keeps requests with one prefix together',
  citations: 'citations',
  end_user: 'the end user’s opaque name',
  metadata: 'metadata',
  service_tier: 'a service tier',
  refusals: 'earlier refusals, apart from text',
  provider_tools: 'tools that the provider runs itself',
  provider_parts: 'content that only one dialect has',
  provider_fields: 'fields that only one dialect has',
} as const satisfies Record<string, string>

export type Feature = keyof typeof FEATURES

/**
 * What a dialect makes of a feature that a conversation of another one asks for. `carried`: it says the same. `adapted`:
 * it says it in another way that serves the same purpose; `how` tells which. `lost`: it cannot say it, and the request goes
 * without; `why` tells what becomes of it.
 */
export type Carriage =
  | { readonly is: 'carried' }
  | { readonly is: 'adapted'; readonly how: string }
  | { readonly is: 'lost'; readonly why: string }

export const CARRIED: Carriage = { is: 'carried' }
export const adapted = (how: string): Carriage => ({ is: 'adapted', how })
export const lost = (why: string): Carriage => ({ is: 'lost', why })

/** What one dialect makes of everything: each writer's own declaration, which its tests hold it to. */
export type Carriages = Readonly<Record<Feature, Carriage>>

/**
 * The features that a conversation asks of a dialect, each with where it first does: `turns[2].parts[0]`.
 *
 * @param by The provider that is asked, where it can read no seals but its own.
 */
export function featuresOf(
  conversation: Conversation,
  to: ConversationEndpoint,
  by?: string,
): ReadonlyMap<Feature, string> {
  const found = new Map<Feature, string>()
  const note = (feature: Feature, where: string) => {
    if (!found.has(feature)) found.set(feature, where)
  }
  const noteSeal = (seal: Seal | undefined, where: string) =>
    note(seal && isReadable(seal, to, by) ? 'past_reasoning' : 'foreign_reasoning', where)
  noteFields(conversation, note)
  noteTools(conversation, note)
  conversation.turns.forEach((turn, index) => {
    noteTurn(turn, index, note, noteSeal)
  })
  for (const field of conversation.foreign) note('provider_fields', field.path)
  return found
}

type Note = (feature: Feature, where: string) => void
type NoteSeal = (seal: Seal | undefined, where: string) => void

function noteFields(conversation: Conversation, note: Note): void {
  const { sampling, reasoning, format, stop, choices } = conversation
  if (format?.type === 'json') note('json_output', 'format')
  if (format?.type === 'schema') note('schema_output', 'format')
  if (sampling.temperature !== undefined) note('temperature', 'temperature')
  if (sampling.topP !== undefined) note('top_p', 'top_p')
  if (sampling.topK !== undefined) note('top_k', 'top_k')
  if (sampling.frequencyPenalty) note('penalties', 'frequency_penalty')
  if (sampling.presencePenalty) note('penalties', 'presence_penalty')
  if (sampling.seed !== undefined) note('seed', 'seed')
  if (sampling.logprobs !== undefined) note('logprobs', 'logprobs')
  if (sampling.logitBias !== undefined) note('logit_bias', 'logit_bias')
  if (stop && stop.length > 0) note('stop', 'stop')
  if ((choices ?? 1) > 1) note('choices', 'n')
  if (reasoning?.effort !== undefined) note('reasoning_effort', 'reasoning')
  if (reasoning?.budgetTokens !== undefined) note('reasoning_budget', 'reasoning')
  if (conversation.verbosity !== undefined) note('verbosity', 'verbosity')
  if (conversation.cacheKey !== undefined) note('cache_key', 'cache_key')
  if (conversation.endUser !== undefined) note('end_user', 'user')
  if (conversation.metadata !== undefined) note('metadata', 'metadata')
  if (conversation.serviceTier !== undefined) note('service_tier', 'service_tier')
}

function noteTools({ tools = [], toolChoice, parallelToolCalls }: Conversation, note: Note): void {
  tools.forEach((tool, index) => {
    const where = `tools[${index}]`
    if (tool.type === 'function') note('tools', where)
    else note(tool.type === 'custom' ? 'custom_tools' : 'provider_tools', where)
    if (tool.type !== 'function') return
    if (tool.strict) note('strict_tools', where)
    if (tool.cache) note('cache_markers', where)
  })
  if (toolChoice?.mode === 'allowed') note('allowed_tools', 'tool_choice')
  if (toolChoice?.mode === 'required' || toolChoice?.mode === 'tool') note('tool_choice', 'tool_choice')
  if (parallelToolCalls === false && tools.length > 0) note('single_tool_call', 'parallel_tool_calls')
}

function noteTurn(turn: Turn, index: number, note: Note, noteSeal: NoteSeal): void {
  const where = `turns[${index}]`
  if (turn.role === 'developer') note('developer', where)
  if (index > 0 && (turn.role === 'system' || turn.role === 'developer')) note('later_instructions', where)
  if (turn.name !== undefined) note('names', where)
  turn.parts.forEach((part, at) => {
    notePart(part, `${where}.parts[${at}]`, note)
    if (part.type === 'reasoning' || (part.type === 'tool_call' && part.seal)) noteSeal(part.seal, where)
  })
}

function notePart(part: Part, where: string, note: Note): void {
  if ('cache' in part && part.cache) note('cache_markers', where)
  switch (part.type) {
    case 'text':
      if (part.citations) note('citations', where)
      return
    case 'refusal':
      return note('refusals', where)
    case 'reasoning':
      return
    case 'tool_call':
      return part.custom ? note('custom_tools', where) : note('tools', where)
    case 'tool_result':
      if (part.isError) note('tool_errors', where)
      for (const inner of part.parts) {
        if (inner.type !== 'text') note('tool_result_images', where)
        notePart(inner, where, note)
      }
      return
    case 'foreign':
      return note('provider_parts', where)
    default:
      return noteMedia(part, where, note)
  }
}

function noteMedia(part: MediaPart, where: string, note: Note): void {
  const { type, source, detail, citable } = part
  if (citable) note('citations', where)
  if (detail !== undefined && detail !== 'auto') note('image_detail', where)
  if (source.from === 'file') return note('stored_file', where)
  if (source.from === 'text') return note('document_text', where)
  if (type === 'audio') return note('audio_input', where)
  if (type === 'video') return note('video_input', where)
  if (type === 'image') return note(source.from === 'url' ? 'image_url' : 'image_data', where)
  note(source.from === 'url' ? 'document_url' : 'document_data', where)
}
