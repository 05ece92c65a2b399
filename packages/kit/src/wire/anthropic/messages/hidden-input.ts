import { isObject, type JsonObject } from '../../json.ts'
import { isDefinedTool, isOwnTool } from './tool-kinds.ts'

/**
 * Whether a request makes the model read what its own bytes do not bound: pictures and PDFs, files and pages that are named
 * and not sent, what a thread has stored, results of tools that Anthropic runs.
 */
export function hidesInput(body: JsonObject): boolean {
  const { system, messages, tools, thread } = body
  if (thread !== undefined && thread !== null) return true
  const contents = [system, ...(Array.isArray(messages) ? messages.map(contentOf) : [])]
  return !contents.every(isPlainContent) || (Array.isArray(tools) && !tools.every(isToldTool))
}

function contentOf(message: unknown): unknown {
  return isObject(message) ? message.content : undefined
}

function isPlainContent(content: unknown): boolean {
  return !Array.isArray(content) || content.every(isPlainBlock)
}

/** Blocks whose text stands in the request; their own nested content, where they have any, is looked into. */
const PLAIN: ReadonlySet<unknown> = new Set([
  'text',
  'thinking',
  'redacted_thinking',
  'tool_use',
  'server_tool_use',
  'mcp_tool_use',
  'tool_result',
  'tool_reference',
  'search_result',
  'compaction',
])

function isPlainBlock(block: unknown): boolean {
  if (!isObject(block)) return true
  if (block.type === 'document') return isPlainDocument(block)
  // A block with a source beside its text may be read as the source, whatever its type says.
  const isAddress = block.source === undefined || typeof block.source === 'string'
  return PLAIN.has(block.type) && isAddress && !isCited(block) && isPlainContent(block.content)
}

/** Citing cuts a document into pieces, each with words of its own around it. */
function isCited({ citations }: JsonObject): boolean {
  return isObject(citations) && citations.enabled === true
}

function isPlainDocument(document: JsonObject): boolean {
  const { source } = document
  if (!isObject(source) || isCited(document)) return false
  return source.type === 'text' || (source.type === 'content' && isPlainContent(source.content))
}

/** Whether the system or the messages may show a picture: what is no text that stands in the request. */
export function showsPictures({ system, messages }: JsonObject): boolean {
  const contents = [system, ...(Array.isArray(messages) ? messages.map(contentOf) : [])]
  return contents.some(mayShow)
}

function mayShow(content: unknown): boolean {
  return Array.isArray(content) ? content.some(mayShow) : isObject(content) && mayBlockShow(content)
}

/** What tools have answered that the provider ran: words, as far as nothing in it is a picture. */
const ANSWER = /_(?:result|output|error)$/

function mayBlockShow({ type, source, content }: JsonObject): boolean {
  if (!isObject(source)) return !(PLAIN.has(type) || ANSWER.test(String(type))) || mayShow(content)
  return (
    type !== 'document' || !(source.type === 'text' || source.type === 'content') || mayShow(source.content)
  )
}

function isToldTool(tool: unknown): boolean {
  return isOwnTool(tool) || isDefinedTool(tool)
}
