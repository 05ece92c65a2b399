import { defined } from '../../defined.ts'
import { invalid, type JsonObject, optionalBoolean } from '../../json.ts'
import type { Conversation, ForeignField, Reasoning, Turn } from '../../neutral/conversation.ts'
import { readAnswerFormat } from '../answer-format.ts'
import { objectField, textField, textsByName, wordField } from '../fields.ts'
import { foreignFields } from '../foreign-fields.ts'
import { EFFORTS, readSampling, VERBOSITIES } from '../sampling.ts'
import { capOf, modelOf } from '../shared-fields.ts'
import { STORED_INPUT } from './call.ts'
import { readItems } from './item-reader.ts'
import { readToolChoice, readTools } from './tools.ts'

/** Fields that are read, or that only say how the answer is sent and what is in it. */
const KNOWN: ReadonlySet<string> = new Set([
  ...['model', 'input', 'instructions', 'stream', 'stream_options', 'include', 'tools', 'tool_choice'],
  ...[
    'parallel_tool_calls',
    'text',
    'reasoning',
    'max_output_tokens',
    'temperature',
    'top_p',
    'top_logprobs',
  ],
  ...['user', 'safety_identifier', 'prompt_cache_key', 'metadata', 'service_tier', 'truncation'],
])

/** https://platform.openai.com/docs/api-reference/responses/create */
export function readRequest(body: JsonObject): Conversation {
  refuseState(body)
  const tools = readTools(body)
  const toolChoice = readToolChoice(body)
  const text = objectField(body, 'text') ?? {}
  return {
    model: modelOf(body),
    turns: [...readInstructions(body), ...readItems(body.input)],
    stream: optionalBoolean(body, 'stream') ?? false,
    sampling: readSampling({ ...body, top_logprobs: body.top_logprobs || undefined }),
    foreign: [
      ...foreignFields(body, KNOWN, 'responses'),
      ...foreignChoice(body, toolChoice),
      ...truncation(body),
    ],
    ...defined({
      tools: tools.length > 0 ? tools : undefined,
      toolChoice,
      parallelToolCalls: optionalBoolean(body, 'parallel_tool_calls'),
      format: readAnswerFormat(objectField(text, 'format', 'text.format'), 'text.format'),
      maxOutputTokens: capOf(body, 'max_output_tokens'),
      reasoning: readReasoningOption(objectField(body, 'reasoning')),
      verbosity: wordField(text, 'verbosity', VERBOSITIES, 'text.verbosity'),
      endUser: textField(body, 'safety_identifier') ?? textField(body, 'user'),
      metadata: textsByName(body, 'metadata'),
      serviceTier: textField(body, 'service_tier'),
      cacheKey: textField(body, 'prompt_cache_key'),
    }),
  }
}

/** What OpenAI has stored, and what it would have to store, no other provider can go on with. */
function refuseState(body: JsonObject): void {
  for (const field of STORED_INPUT) {
    if (body[field] === undefined || body[field] === null) continue
    throw invalid(
      field,
      `\`${field}\` rests on what OpenAI has stored, and this model is served by a provider that cannot read it. Send the whole conversation in \`input\`.`,
    )
  }
  if (optionalBoolean(body, 'background')) {
    throw invalid(
      'background',
      '`background` needs a provider that keeps the answer, and this model is served by one that does not. Leave it out.',
    )
  }
}

function readInstructions(body: JsonObject): readonly Turn[] {
  const text = textField(body, 'instructions')
  return text ? [{ role: 'system', parts: [{ type: 'text', text }] }] : []
}

function readReasoningOption(reasoning: JsonObject | undefined): Reasoning | undefined {
  if (!reasoning) return undefined
  const summary = reasoning.summary ?? reasoning.generate_summary
  const shown = summary === 'detailed' ? 'full' : 'summary'
  const read: Reasoning = defined({
    effort: wordField(reasoning, 'effort', EFFORTS, 'reasoning.effort'),
    show: typeof summary === 'string' ? shown : undefined,
  })
  return Object.keys(read).length > 0 ? read : undefined
}

function foreignChoice({ tool_choice: choice }: JsonObject, read: unknown): readonly ForeignField[] {
  if (read !== undefined || choice === undefined || choice === null) return []
  return [{ from: 'responses', path: 'tool_choice', value: choice }]
}

/** Only `auto` asks for something: to drop what does not fit. */
function truncation({ truncation: value }: JsonObject): readonly ForeignField[] {
  return value === 'auto' ? [{ from: 'responses', path: 'truncation', value }] : []
}
