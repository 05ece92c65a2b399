import { type Call, MAX_OUTPUT_TOKENS } from '../../call.ts'
import type { Target } from '../../format.ts'
import { invalid, isObject, type JsonObject, optionalBoolean, optionalInteger } from '../../json.ts'
import { modelName } from '../../model-name.ts'
import { hidesInput, showsPictures } from './hidden-input.ts'
import { traitsOf } from './model-traits.ts'
import { isDefinedTool, isOwnTool, isToolset } from './tool-kinds.ts'

/**
 * What Anthropic writes around tools and schemas that are given, at most, tokens:
 * https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview#pricing
 */
const TOOL_PROMPT_TOKENS = 1_024
/** The longest definition of a tool that is Anthropic's own and the client runs, tokens: the computer's, with its prompt. */
const DEFINED_TOOL_TOKENS = 2_048

/** Read what a request for a message may cost: https://platform.claude.com/docs/en/api/messages/create */
export function readCall(body: JsonObject, { bytes }: Target): Call {
  const model = modelName(body.model, 'model')
  requireMessages(body)
  // None at all fills the cache, and generates nothing.
  const maxOutputTokens = optionalInteger(body, 'max_tokens', 0, MAX_OUTPUT_TOKENS)
  if (maxOutputTokens === undefined) {
    throw invalid('max_tokens', '`max_tokens` is missing: this endpoint requires it.')
  }
  const thought = thinkingBudget(body)
  const stream = optionalBoolean(body, 'stream') ?? false
  return {
    dialect: 'anthropic',
    endpoint: 'messages',
    model,
    stream,
    wantsUsage: stream,
    maxOutputTokens,
    ...(thought > 0 ? { leastOutputTokens: thought + 1 } : {}),
    ...(doesNotThink(body, model) ? { withoutReasoning: true } : {}),
    choices: 1,
    inputBytes: bytes + untoldTokens(body),
    unboundedInput: hidesInput(body) || isGiven(body.mcp_servers) || isGiven(body.container),
    audioInput: false,
    imageInput: showsPictures(body),
    audioOutput: false,
    unpriced: unpricedOf(body),
    structured: isGiven(body.tools) || formatOf(body) !== undefined,
  }
}

/**
 * What is to be thought, tokens, which a cap must be above; 0 where Claude decides itself, or does not think.
 * https://platform.claude.com/docs/en/build-with-claude/extended-thinking
 */
function thinkingBudget({ thinking }: JsonObject): number {
  return isObject(thinking) && Number.isSafeInteger(thinking.budget_tokens)
    ? Number(thinking.budget_tokens)
    : 0
}

/** Models that know only budgets think when they are given one; of those that decide themselves it has to be said. */
function doesNotThink({ thinking }: JsonObject, model: string): boolean {
  if (isObject(thinking)) return thinking.type === 'disabled'
  return !traitsOf(model).adaptiveThinking
}

/** @throws TollgateError `invalid_request` where there is nothing to answer. */
export function requireMessages({ messages }: JsonObject): void {
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isObject)) {
    throw invalid('messages', '`messages` is a list of at least one message.')
  }
}

/** The schema that an answer must match: in `output_config`, and before that in a field of its own. */
export function formatOf({ output_config: config, output_format: former }: JsonObject): unknown {
  return (isObject(config) ? config.format : undefined) ?? former ?? undefined
}

function untoldTokens(body: JsonObject): number {
  const tools = Array.isArray(body.tools) ? body.tools : []
  const prompt = tools.length > 0 || formatOf(body) !== undefined ? TOOL_PROMPT_TOKENS : 0
  return prompt + tools.filter(isDefinedTool).length * DEFINED_TOOL_TOKENS
}

function isGiven(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null
}

/**
 * Features with a price of their own that the book does not have, or that make one request several:
 * https://platform.claude.com/docs/en/about-claude/pricing
 */
function unpricedOf(body: JsonObject): string[] {
  const found = ['fallbacks', 'compaction', 'mcp_servers', 'container'].filter((name) => isGiven(body[name]))
  const { tools, speed, inference_geo: geo, service_tier: tier, context_management: management } = body
  if (Array.isArray(tools) && !tools.every(isRunByClient)) found.push('tools')
  if (isGiven(speed) && speed !== 'standard') found.push('speed')
  if (isGiven(geo) && geo !== 'global') found.push('inference_geo')
  if (isGiven(tier) && tier !== 'auto' && tier !== 'standard_only') found.push('service_tier')
  if (isGiven(management) && !onlyForgets(management)) found.push('context_management')
  return found
}

function isRunByClient(tool: unknown): boolean {
  return isOwnTool(tool) || isDefinedTool(tool) || isToolset(tool)
}

/** Whether all edits of the context leave something out of it; others have the model read it and write a summary. */
function onlyForgets(management: unknown): boolean {
  const edits = isObject(management) ? (management.edits ?? []) : undefined
  return (
    Array.isArray(edits) && edits.every((edit) => isObject(edit) && String(edit.type).startsWith('clear_'))
  )
}
