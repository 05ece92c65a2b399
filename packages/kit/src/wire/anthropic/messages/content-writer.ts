import { defined } from '../../defined.ts'
import type { JsonObject } from '../../json.ts'
import { argumentsObject } from '../../neutral/arguments.ts'
import type {
  MediaPart,
  Part,
  ReasoningPart,
  Source,
  ToolCallPart,
  ToolResultPart,
} from '../../neutral/part.ts'
import { writeCacheMarker } from './cache-marker.ts'
import { encodeToolId } from './tool-ids.ts'

/** A part as a block of a request; nothing for what Anthropic has no block for, or would refuse there. */
export function writeBlock(part: Part, by: 'user' | 'assistant'): JsonObject[] {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [{ type: 'text', text: part.text, ...writeCacheMarker(part) }]
    case 'refusal':
      return part.text === '' ? [] : [{ type: 'text', text: part.text }]
    case 'reasoning':
      return writeThought(part)
    case 'tool_call':
      return [writeToolUse(part)]
    case 'tool_result':
      return [writeToolResult(part)]
    case 'foreign':
      return part.from === 'messages' ? [part.value] : []
    default:
      return by === 'assistant' ? [] : writeMedia(part)
  }
}

/** Only thoughts that Claude has signed may be sent: without its seal a thought is refused, and another's is none of its own. */
function writeThought({ text, seal }: ReasoningPart): JsonObject[] {
  if (seal?.from !== 'messages') return []
  return seal.kind === 'redacted'
    ? [{ type: 'redacted_thinking', data: seal.value }]
    : [{ type: 'thinking', thinking: text, signature: seal.value }]
}

function writeToolUse(part: ToolCallPart): JsonObject {
  return {
    type: 'tool_use',
    id: encodeToolId(part.id),
    name: part.name,
    input: argumentsObject(part),
    ...writeCacheMarker(part),
  }
}

function writeToolResult(part: ToolResultPart): JsonObject {
  const blocks = part.parts.flatMap((inner) => writeBlock(inner, 'user'))
  return {
    type: 'tool_result',
    tool_use_id: encodeToolId(part.callId),
    ...(blocks.length > 0 ? { content: contentOf(blocks) } : {}),
    ...(part.isError ? { is_error: true } : {}),
    ...writeCacheMarker(part),
  }
}

/** A single plain text as a string, which is the same to Anthropic. */
export function contentOf(blocks: readonly JsonObject[]): unknown {
  const [first, ...others] = blocks
  const plain = others.length === 0 && first?.type === 'text' && Object.keys(first).length === 2
  return plain ? first.text : blocks
}

function writeMedia(part: MediaPart): JsonObject[] {
  const { type, source, name, citable } = part
  if (type !== 'image' && type !== 'document') return []
  const written = writeSource(source, type)
  if (!written) return []
  const about = {
    ...defined({ title: name }),
    ...(citable ? { citations: { enabled: true } } : {}),
  }
  return [{ type, source: written, ...(type === 'document' ? about : {}), ...writeCacheMarker(part) }]
}

/** A file that is stored elsewhere is known nowhere else. */
function writeSource(source: Source, type: 'image' | 'document'): JsonObject | undefined {
  switch (source.from) {
    case 'url':
      return { type: 'url', url: source.url }
    case 'text':
      return type === 'document' ? textSource(source.text) : undefined
    case 'data':
      return type === 'document' && source.mediaType.startsWith('text/')
        ? textSource(Buffer.from(source.base64, 'base64').toString('utf8'))
        : { type: 'base64', media_type: source.mediaType, data: source.base64 }
    case 'file':
      return undefined
  }
}

function textSource(data: string): JsonObject {
  return { type: 'text', media_type: 'text/plain', data }
}
