import { defined } from '../../defined.ts'
import { invalid, isObject, type JsonObject, optionalBoolean } from '../../json.ts'
import { modelName } from '../../model-name.ts'
import type { AnswerFormat, Conversation, ForeignField, Sampling, Turn } from '../../neutral/conversation.ts'
import type { Part } from '../../neutral/part.ts'
import { formatOf, requireMessages } from './call.ts'
import { readContent } from './content-reader.ts'
import { readReasoning } from './thinking.ts'
import { readToolChoice, readTools } from './tools.ts'

/** A request for a message as a conversation: https://platform.claude.com/docs/en/api/messages/create */
export function readRequest(body: JsonObject): Conversation {
  refuseElsewhere(body)
  requireMessages(body)
  const { max_tokens: maxOutputTokens, stop_sequences: stop, metadata } = body
  const { tools, foreign } = readTools(body.tools)
  const format = readFormat(body)
  const reasoning = readReasoning(body)
  const user = isObject(metadata) && typeof metadata.user_id === 'string' ? metadata.user_id : undefined
  const serviceTier = TIERS[String(body.service_tier)]
  return {
    model: modelName(body.model, 'model'),
    turns: [...readSystem(body.system), ...(body.messages as JsonObject[]).flatMap(readMessage)],
    stream: optionalBoolean(body, 'stream') ?? false,
    ...(tools ? { tools } : {}),
    ...readToolChoice(body.tool_choice),
    ...(format ? { format } : {}),
    sampling: readSampling(body),
    ...(typeof maxOutputTokens === 'number' ? { maxOutputTokens } : {}),
    ...(Array.isArray(stop) && stop.length > 0 ? { stop: stop.map(String) } : {}),
    ...(reasoning ? { reasoning } : {}),
    ...defined({ endUser: user }),
    ...(serviceTier ? { serviceTier } : {}),
    foreign: [...foreign, ...foreignFields(body)],
  }
}

/** What stands in the place of the conversation is stored at Anthropic, or is no answer to it: nobody else can serve that. */
function refuseElsewhere({ thread, compaction }: JsonObject): void {
  if (isObject(thread) && thread.type === 'continue')
    throw invalid('thread', '`thread` goes on with a conversation that Anthropic has stored: send all of it.')
  if (isObject(compaction)) throw invalid('compaction', '`compaction` can be asked of Anthropic alone.')
}

function readSystem(system: unknown): Turn[] {
  if (system === undefined || system === null) return []
  const parts = readContent(system, 'system')
  return parts.length > 0 ? [{ role: 'system', parts }] : []
}

/** One message as one turn, or as several where results of tools stand beside what the user says. */
function readMessage(message: JsonObject, index: number): Turn[] {
  const { role } = message
  const where = `messages[${index}]`
  if (role !== 'user' && role !== 'assistant' && role !== 'system')
    throw invalid(where, `\`${where}.role\` is one of \`user\`, \`assistant\` and \`system\`.`)
  const parts = readContent(message.content, `${where}.content`)
  if (role !== 'user') return [{ role, parts }]
  const turns: { role: 'user' | 'tool'; parts: Part[] }[] = []
  for (const part of parts) {
    const by = part.type === 'tool_result' ? 'tool' : 'user'
    const last = turns.at(-1)
    if (last?.role === by) last.parts.push(part)
    else turns.push({ role: by, parts: [part] })
  }
  return turns
}

function readFormat(body: JsonObject): AnswerFormat | undefined {
  const format = formatOf(body)
  if (!isObject(format) || format.type !== 'json_schema' || !isObject(format.schema)) return undefined
  return { type: 'schema', schema: format.schema }
}

function readSampling({ temperature, top_p: topP, top_k: topK }: JsonObject): Sampling {
  return {
    ...(typeof temperature === 'number' ? { temperature } : {}),
    ...(typeof topP === 'number' ? { topP } : {}),
    ...(typeof topK === 'number' ? { topK } : {}),
  }
}

/** `standard_only` is what OpenAI calls `default`: never at the price of priority. */
const TIERS: Readonly<Record<string, string>> = { auto: 'auto', standard_only: 'default' }

const KNOWN: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'system',
  'max_tokens',
  'stream',
  'tools',
  'tool_choice',
  'output_format',
  'stop_sequences',
  'temperature',
  'top_p',
  'top_k',
  'service_tier',
])
/** Fields of which some inner ones are known. */
const KNOWN_INSIDE: Readonly<Record<string, ReadonlySet<string>>> = {
  metadata: new Set(['user_id']),
  output_config: new Set(['format', 'effort']),
}

/** What no other dialect says, so that its loss can be told. */
function foreignFields(body: JsonObject): ForeignField[] {
  return Object.entries(body).flatMap(([name, value]): ForeignField[] => {
    if (KNOWN.has(name) || value === undefined || value === null) return []
    if (name === 'thinking' && isObject(value) && value.type !== 'between_tools') return []
    const inner = KNOWN_INSIDE[name]
    if (!inner || !isObject(value)) return [{ from: 'messages', path: name, value }]
    return Object.entries(value)
      .filter(([key, said]) => !inner.has(key) && said !== null)
      .map(([key, said]) => ({ from: 'messages', path: `${name}.${key}`, value: said }))
  })
}
