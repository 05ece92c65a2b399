import { createHash } from 'node:crypto'
import type { JsonObject } from '../json.ts'
import { argumentsObject } from '../neutral/arguments.ts'
import type {
  CacheMarker,
  MediaPart,
  Part,
  ReasoningPart,
  ToolCallPart,
  ToolResultPart,
} from '../neutral/part.ts'
import { REDACTED } from './answer-reader.ts'

/** A part as blocks of a message; nothing for what Converse has no block for, or would refuse there. */
export function writeBlocks(part: Part, by: 'user' | 'assistant'): JsonObject[] {
  const blocks = blocksOf(part, by)
  const marked = 'cache' in part && part.cache && blocks.length > 0
  return marked ? [...blocks, cachePoint(part.cache!)] : blocks
}

/** A cache point stands behind what is to be kept: https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html */
export function cachePoint({ ttl }: CacheMarker): JsonObject {
  return { cachePoint: { type: 'default', ...(ttl === undefined ? {} : { ttl }) } }
}

function blocksOf(part: Part, by: 'user' | 'assistant'): JsonObject[] {
  switch (part.type) {
    case 'text':
    case 'refusal':
      // Blank text is refused.
      return part.text.trim() === '' ? [] : [{ text: part.text }]
    case 'reasoning':
      return writeThought(part)
    case 'tool_call':
      return part.custom ? [] : [writeToolUse(part)]
    case 'tool_result':
      return part.custom ? [] : [writeToolResult(part)]
    case 'image':
    case 'document':
      return by === 'assistant' ? [] : writeMedia(part)
    default:
      return []
  }
}

/** Only thoughts that the provider's own model has sealed are known to it again. */
function writeThought({ text, seal }: ReasoningPart): JsonObject[] {
  if (seal?.from !== 'converse') return []
  return seal.kind === REDACTED
    ? [{ reasoningContent: { redactedContent: seal.value } }]
    : [{ reasoningContent: { reasoningText: { text, signature: seal.value } } }]
}

function writeToolUse(part: ToolCallPart): JsonObject {
  return { toolUse: { toolUseId: toolUseId(part.id), name: part.name, input: argumentsObject(part) } }
}

function writeToolResult({ callId, parts, isError }: ToolResultPart): JsonObject {
  const content = parts.flatMap((part) => blocksOf(part, 'user'))
  return {
    toolResult: {
      toolUseId: toolUseId(callId),
      content: content.length > 0 ? content : [{ text: '(empty)' }],
      ...(isError ? { status: 'error' } : {}),
    },
  }
}

const ID = /^[A-Za-z0-9_-]{1,64}$/

/** An id as Converse takes it; a call and its result get the same one, whatever another provider has named it. */
function toolUseId(id: string): string {
  return ID.test(id) ? id : `call_${createHash('sha256').update(id).digest('hex').slice(0, 32)}`
}

const IMAGES: ReadonlySet<string> = new Set(['png', 'jpeg', 'gif', 'webp'])

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html */
const DOCUMENTS: ReadonlyMap<string, string> = new Map([
  ['application/pdf', 'pdf'],
  ['text/csv', 'csv'],
  ['text/html', 'html'],
  ['text/markdown', 'md'],
  ['application/msword', 'doc'],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx'],
  ['application/vnd.ms-excel', 'xls'],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
])

function writeMedia({ type, source, name }: MediaPart): JsonObject[] {
  if (source.from === 'text') {
    const bytes = Buffer.from(source.text).toString('base64')
    return type === 'document' ? [document('txt', bytes, name)] : []
  }
  if (source.from !== 'data') return []
  if (type === 'document') return [document(DOCUMENTS.get(source.mediaType) ?? 'txt', source.base64, name)]
  const format = source.mediaType.replace('image/', '').replace('jpg', 'jpeg')
  return IMAGES.has(format) ? [{ image: { format, source: { bytes: source.base64 } } }] : []
}

/** A document needs a name, of which some characters and two spaces in a row are refused. */
function document(format: string, bytes: string, name = 'document'): JsonObject {
  const plain = name.replace(/[^A-Za-z0-9()[\]-]+/g, ' ').trim()
  return { document: { format, name: plain === '' ? 'document' : plain, source: { bytes } } }
}
