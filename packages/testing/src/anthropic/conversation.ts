import type { Refusal } from '../behaviour.ts'
import { type Body, isObject, isRefusal } from '../dialect.ts'
import { isSealOf } from '../model/seal.ts'
import { invalid } from './errors.ts'

/** A message with its content as blocks, whichever way it was given. */
export interface Message {
  readonly role: 'user' | 'assistant'
  readonly blocks: readonly Body[]
}

/**
 * The messages of a request, as Anthropic takes them: the user speaks first, results of tools stand before all else in the
 * message behind the calls, and thoughts come back as they were signed. Turns of one side may follow each other.
 * https://platform.claude.com/docs/en/agents-and-tools/tool-use/handle-tool-calls
 */
export function messagesIn({ messages }: Body): readonly Message[] | Refusal {
  if (!Array.isArray(messages) || messages.length === 0) {
    return invalid('messages: at least one message is required')
  }
  const read: Message[] = []
  for (const [index, said] of messages.entries()) {
    const message = messageOf(said, index)
    if (isRefusal(message)) return message
    const refusal = wrongBlock(message, index) ?? wrongResults(message, read.at(-1), index)
    if (refusal) return refusal
    read.push(message)
  }
  return wrongOrder(read) ?? unansweredCalls(read.at(-1), undefined, read.length - 1) ?? read
}

function messageOf(message: unknown, index: number): Message | Refusal {
  if (!isObject(message)) return invalid(`messages.${index}: Input should be an object`)
  const { role, content } = message
  if (role !== 'user' && role !== 'assistant') {
    return invalid(`messages.${index}.role: Input should be 'user' or 'assistant'`)
  }
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content
  if (!Array.isArray(blocks) || blocks.length === 0 || !blocks.every(isObject)) {
    return invalid(`messages.${index}: all messages must have non-empty content`)
  }
  const unknown = Object.keys(message).find((name) => name !== 'role' && name !== 'content')
  if (unknown !== undefined) return invalid(`messages.${index}.${unknown}: Extra inputs are not permitted`)
  return { role, blocks }
}

function wrongOrder(messages: readonly Message[]): Refusal | undefined {
  return messages[0]?.role === 'user'
    ? undefined
    : invalid('messages: first message must use the "user" role')
}

const ID = /^[a-zA-Z0-9_-]+$/

function wrongBlock({ role, blocks }: Message, index: number): Refusal | undefined {
  for (const [at, block] of blocks.entries()) {
    const where = `messages.${index}.content.${at}`
    const { type, text, id } = block
    if (type === 'text' && (typeof text !== 'string' || text === '')) {
      return invalid('messages: text content blocks must be non-empty')
    }
    if (type === 'tool_use' && (typeof id !== 'string' || !ID.test(id))) {
      return invalid(`${where}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`)
    }
    if (type === 'tool_use' && !isObject(block.input)) {
      return invalid(`${where}.tool_use.input: Input should be an object`)
    }
    if (type === 'thinking' && !isSealOf(block.signature, String(block.thinking))) {
      return invalid(`${where}: Invalid \`signature\` in \`thinking\` block`)
    }
    if ((type === 'thinking' || type === 'tool_use') && role === 'user') {
      return invalid(`${where}: \`${type}\` blocks may only be in \`assistant\` messages`)
    }
  }
  return undefined
}

function wrongResults(message: Message, before: Message | undefined, index: number): Refusal | undefined {
  const calls = idsIn(before, 'tool_use', 'id')
  const results = message.blocks.filter(({ type }) => type === 'tool_result')
  const stray = results.find(({ tool_use_id: id }) => !calls.includes(id))
  if (stray) {
    const at = message.blocks.indexOf(stray)
    return invalid(
      `messages.${index}.content.${at}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${stray.tool_use_id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
    )
  }
  return unansweredCalls(before, message, index - 1)
}

function unansweredCalls(
  before: Message | undefined,
  message: Message | undefined,
  index: number,
): Refusal | undefined {
  const calls = idsIn(before, 'tool_use', 'id')
  // Nothing may stand before the results.
  const first = message?.blocks.findIndex(({ type }) => type !== 'tool_result') ?? 0
  const results = first === -1 ? message : message && { ...message, blocks: message.blocks.slice(0, first) }
  const answered = idsIn(results, 'tool_result', 'tool_use_id')
  const missing = calls.filter((id) => !answered.includes(id))
  if (missing.length === 0) return undefined
  return invalid(
    `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
  )
}

function idsIn(message: Message | undefined, type: string, field: string): readonly unknown[] {
  return message?.blocks.filter((block) => block.type === type).map((block) => block[field]) ?? []
}
