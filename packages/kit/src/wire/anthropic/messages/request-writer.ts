import { defined } from '../../defined.ts'
import type { WriteTarget, WrittenRequest } from '../../format.ts'
import type { JsonObject } from '../../json.ts'
import type { Conversation, Turn } from '../../neutral/conversation.ts'
import { ANTHROPIC_VERSION } from '../headers.ts'
import { contentOf, writeBlock } from './content-writer.ts'
import { type ModelTraits, traitsOf } from './model-traits.ts'
import { type Thinking, writeThinking } from './thinking.ts'
import { isForced, writeTools } from './tools.ts'

/**
 * A conversation as a request for a message. It asks for the version whose shape it has, whatever the client's own request
 * was: the newest refuses sampling, which some models take.
 */
export function writeRequest(conversation: Conversation, target: WriteTarget): WrittenRequest {
  const { model, stream, turns, format, stop, endUser, serviceTier } = conversation
  const traits = traitsOf(target.model ?? model)
  const maxTokens = conversation.maxOutputTokens ?? target.maxOutputTokens
  const toolForced = isForced(conversation.toolChoice)
  const said = writeThinking(conversation.reasoning, { traits, maxTokens, toolForced })
  const sequences = stop?.filter((sequence) => sequence.trim() !== '') ?? []
  const tier = TIERS[String(serviceTier)]
  return {
    headers: { 'anthropic-version': ANTHROPIC_VERSION },
    body: {
      model,
      max_tokens: maxTokens,
      ...writeSystem(turns),
      messages: writeMessages(turns),
      ...(stream ? { stream } : {}),
      ...writeTools(conversation),
      ...(said.thinking ? { thinking: said.thinking } : {}),
      ...writeOutput(format, said),
      ...writeSampling(conversation, traits, said),
      ...(sequences.length > 0 ? { stop_sequences: sequences } : {}),
      ...(endUser === undefined ? {} : { metadata: { user_id: endUser } }),
      ...(tier ? { service_tier: tier } : {}),
    },
  }
}

const TIERS: Readonly<Record<string, string>> = { auto: 'auto', default: 'standard_only' }

function isInstruction({ role }: Turn): boolean {
  return role === 'system' || role === 'developer'
}

/** All instructions, wherever they stand: in the middle of a conversation only some models take them. */
function writeSystem(turns: readonly Turn[]): JsonObject {
  const blocks = turns
    .filter(isInstruction)
    .flatMap(({ parts }) => parts)
    .flatMap((part) => (part.type === 'text' ? writeBlock(part, 'user') : []))
  return blocks.length > 0 ? { system: contentOf(blocks) } : {}
}

interface Message {
  readonly role: 'user' | 'assistant'
  /** Results of tools: they must stand before all else, right behind the message that has called them. */
  readonly results: JsonObject[]
  readonly said: JsonObject[]
}

/** Turns of one side are one message; a turn of which nothing is left would be refused. */
function writeMessages(turns: readonly Turn[]): JsonObject[] {
  const messages: Message[] = []
  for (const turn of turns) {
    if (isInstruction(turn)) continue
    const role = turn.role === 'assistant' ? 'assistant' : 'user'
    const blocks = turn.parts.flatMap((part) => writeBlock(part, role))
    if (blocks.length === 0) continue
    if (messages.at(-1)?.role !== role) messages.push({ role, results: [], said: [] })
    const { results, said } = messages.at(-1)!
    for (const block of blocks) (block.type === 'tool_result' ? results : said).push(block)
  }
  return messages.map(({ role, results, said }) => ({ role, content: contentOf([...results, ...said]) }))
}

function writeOutput(format: Conversation['format'], { effort }: Thinking): JsonObject {
  const output = {
    ...defined({ effort }),
    ...(format?.type === 'schema' ? { format: { type: 'json_schema', schema: format.schema } } : {}),
  }
  return Object.keys(output).length > 0 ? { output_config: output } : {}
}

/** The hottest that Claude gets; others go to twice as much. */
const MAX_TEMPERATURE = 1

/** A model that thinks samples in its own way. */
function writeSampling({ sampling }: Conversation, traits: ModelTraits, { thinking }: Thinking): JsonObject {
  const { temperature, topP, topK } = sampling
  const thinks = thinking !== undefined && thinking.type !== 'disabled'
  if (!traits.sampling || thinks) return {}
  return {
    ...(temperature === undefined ? {} : { temperature: Math.min(temperature, MAX_TEMPERATURE) }),
    ...(topP === undefined || (temperature !== undefined && !traits.bothSamplers) ? {} : { top_p: topP }),
    ...defined({ top_k: topK }),
  }
}
