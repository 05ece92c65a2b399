import { invalid, isObject, type JsonObject } from '../../json.ts'
import type { ForeignPart, MediaPart, Part, ReasoningPart, Source } from '../../neutral/part.ts'
import { unwrapSeal } from '../../neutral/wrapped-seal.ts'
import { readCacheMarker } from './cache-marker.ts'
import { readCitations } from './citations.ts'
import { decodeToolId } from './tool-ids.ts'

/**
 * Content of a message, a system prompt, a tool's result or an answer: https://platform.claude.com/docs/en/api/messages
 *
 * @param where Its path in the request, for the refusal of what is no content.
 */
export function readContent(content: unknown, where: string): Part[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }]
  if (!Array.isArray(content)) throw invalid(where, `\`${where}\` is a text or a list of blocks.`)
  return content.flatMap((block, index) => {
    if (!isObject(block)) throw invalid(where, `\`${where}[${index}]\` is not a block.`)
    return readBlock(block, `${where}[${index}]`)
  })
}

function readBlock(block: JsonObject, where: string): Part[] {
  switch (block.type) {
    case 'text':
      return [readText(block, where)]
    case 'image':
      return [readImage(block)]
    case 'document':
      return readDocument(block, where)
    case 'thinking':
    case 'redacted_thinking':
      return [readThought(block)]
    case 'tool_use':
      return [readToolUse(block, where)]
    case 'tool_result':
      return [readToolResult(block, where)]
    default:
      return [foreign(block)]
  }
}

function foreign(block: JsonObject): ForeignPart {
  return { type: 'foreign', from: 'messages', name: String(block.type), value: block }
}

function readText(block: JsonObject, where: string): Part {
  const { text, citations } = block
  if (typeof text !== 'string') throw invalid(where, `\`${where}.text\` is missing.`)
  const read = readCitations(citations)
  return { type: 'text', text, ...(read.length > 0 ? { citations: read } : {}), ...readCacheMarker(block) }
}

function readImage(block: JsonObject): Part {
  const source = readSource(block.source)
  return source ? { type: 'image', source, ...readCacheMarker(block) } : foreign(block)
}

/** What is said about a document besides its title is read by the model, and not cited from: it goes before it, as text. */
function readDocument(block: JsonObject, where: string): Part[] {
  const { title, citations, context } = block
  const source = readSource(block.source) ?? writtenSource(block.source, where)
  if (!source) return [foreign(block)]
  const document: MediaPart = {
    type: 'document',
    source,
    ...(typeof title === 'string' ? { name: title } : {}),
    ...(isObject(citations) && citations.enabled === true ? { citable: true } : {}),
    ...readCacheMarker(block),
  }
  return typeof context === 'string' && context !== ''
    ? [{ type: 'text', text: context }, document]
    : [document]
}

function readSource(source: unknown): Source | undefined {
  if (!isObject(source)) return undefined
  const { type, data, media_type: mediaType, url, file_id: id } = source
  if (type === 'base64' && typeof data === 'string' && typeof mediaType === 'string')
    return { from: 'data', mediaType, base64: data }
  if (type === 'url' && typeof url === 'string') return { from: 'url', url }
  if (type === 'file' && typeof id === 'string') return { from: 'file', id }
  return type === 'text' && typeof data === 'string' ? { from: 'text', text: data } : undefined
}

/** A document in blocks, where all of them are text. */
function writtenSource(source: unknown, where: string): Source | undefined {
  if (!isObject(source) || source.type !== 'content') return undefined
  const texts = readContent(source.content, `${where}.source.content`)
  if (!texts.every((part) => part.type === 'text')) return undefined
  return { from: 'text', text: texts.map(({ text }) => text).join('\n\n') }
}

/** Thoughts that are withheld come in a block of their own; an unsigned thought is one that no Claude model had. */
function readThought({ type, thinking, signature, data }: JsonObject): ReasoningPart {
  if (type === 'redacted_thinking')
    return { type: 'reasoning', text: '', seal: { from: 'messages', kind: 'redacted', value: String(data) } }
  const signed = typeof signature === 'string' && signature !== ''
  return {
    type: 'reasoning',
    text: typeof thinking === 'string' ? thinking : '',
    ...(signed ? { seal: unwrapSeal(signature, 'messages') } : {}),
  }
}

function readToolUse(block: JsonObject, where: string): Part {
  const { id, name, input } = block
  if (typeof id !== 'string' || typeof name !== 'string')
    throw invalid(where, `\`${where}\` has no id or name.`)
  return {
    type: 'tool_call',
    id: decodeToolId(id),
    name,
    arguments: JSON.stringify(input ?? {}),
    ...readCacheMarker(block),
  }
}

function readToolResult(block: JsonObject, where: string): Part {
  const { tool_use_id: id, content, is_error: isError } = block
  if (typeof id !== 'string') throw invalid(where, `\`${where}.tool_use_id\` is missing.`)
  return {
    type: 'tool_result',
    callId: decodeToolId(id),
    parts: readContent(content ?? [], `${where}.content`),
    ...(isError === true ? { isError: true } : {}),
    ...readCacheMarker(block),
  }
}
