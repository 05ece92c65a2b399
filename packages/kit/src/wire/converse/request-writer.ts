import { defined } from '../defined.ts'
import type { WriteTarget, WrittenRequest } from '../format.ts'
import type { JsonObject } from '../json.ts'
import type { Conversation, Turn } from '../neutral/conversation.ts'
import { writeBlocks } from './content-writer.ts'
import { writeEffort } from './effort.ts'
import { writeTools } from './tools.ts'

/** The hottest that most models on Bedrock get; others go to twice as much. */
const MAX_TEMPERATURE = 1

const TIERS: ReadonlySet<string | undefined> = new Set(['default', 'flex', 'priority'])

/** A conversation for Converse; the path says the model, and whether the answer is to be a stream. */
export function writeRequest(conversation: Conversation, target: WriteTarget): WrittenRequest {
  const { turns, metadata, serviceTier, format, reasoning } = conversation
  return {
    body: {
      ...writeSystem(turns),
      messages: writeMessages(turns),
      inferenceConfig: writeInference(conversation, target),
      ...writeTools(conversation),
      ...writeEffort(reasoning, target.model),
      ...(format?.type === 'schema' ? { outputConfig: { textFormat: writeFormat(format) } } : {}),
      ...(metadata ? { requestMetadata: metadata } : {}),
      ...(TIERS.has(serviceTier) ? { serviceTier: { type: serviceTier } } : {}),
    },
    headers: {},
  }
}

/** A cap is always said: without one, models of some makers stop after a few sentences. */
function writeInference({ maxOutputTokens, sampling, stop }: Conversation, target: WriteTarget): JsonObject {
  const { temperature, topP } = sampling
  return {
    maxTokens: maxOutputTokens ?? target.maxOutputTokens,
    ...(temperature === undefined ? {} : { temperature: Math.min(temperature, MAX_TEMPERATURE) }),
    ...defined({ topP }),
    ...(stop && stop.length > 0 ? { stopSequences: stop } : {}),
  }
}

function writeFormat(format: Extract<Conversation['format'], { type: 'schema' }>): JsonObject {
  const { name, description, schema } = format
  const jsonSchema = { schema: JSON.stringify(schema), ...defined({ name, description }) }
  return { type: 'json_schema', structure: { jsonSchema } }
}

function isInstruction({ role }: Turn): boolean {
  return role === 'system' || role === 'developer'
}

function writeSystem(turns: readonly Turn[]): JsonObject {
  const texts = turns
    .filter(isInstruction)
    .flatMap(({ parts }) => parts.filter(({ type }) => type === 'text'))
  const system = texts.flatMap((part) => writeBlocks(part, 'user'))
  return system.length > 0 ? { system } : {}
}

interface Message {
  readonly role: 'user' | 'assistant'
  /** Results of tools: they stand before all else, right behind the message that has called them. */
  readonly results: JsonObject[]
  readonly said: JsonObject[]
}

/** Turns of one side are one message, since sides must alternate; a turn of which nothing is left would be refused. */
function writeMessages(turns: readonly Turn[]): JsonObject[] {
  const messages: Message[] = []
  for (const turn of turns) {
    if (isInstruction(turn)) continue
    const role = turn.role === 'assistant' ? 'assistant' : 'user'
    const blocks = turn.parts.flatMap((part) => writeBlocks(part, role))
    if (blocks.length === 0) continue
    if (messages.at(-1)?.role !== role) messages.push({ role, results: [], said: [] })
    const { results, said } = messages.at(-1)!
    for (const block of blocks) ('toolResult' in block ? results : said).push(block)
  }
  return messages.map(({ role, results, said }) => ({ role, content: [...results, ...said] }))
}
