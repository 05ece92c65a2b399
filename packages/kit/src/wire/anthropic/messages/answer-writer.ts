import type { Asked } from '../../format.ts'
import type { JsonObject } from '../../json.ts'
import type { Answer } from '../../neutral/answer.ts'
import { argumentsObject } from '../../neutral/arguments.ts'
import type { Part, Seal, TextPart } from '../../neutral/part.ts'
import { wrapSeal } from '../../neutral/wrapped-seal.ts'
import { writeCitation } from './citations.ts'
import { writeFinish } from './stop-reason.ts'
import { encodeToolId } from './tool-ids.ts'
import { writeUsage } from './usage.ts'

/** An answer as a message: https://platform.claude.com/docs/en/api/messages/create. It has one choice, the first. */
export function writeAnswer({ id, choices, usage }: Answer, { model }: Asked): JsonObject {
  const [{ parts, finish }] = choices
  const refusals = parts.flatMap((part) => (part.type === 'refusal' ? [part.text] : []))
  return {
    ...openMessage(id, model),
    content: parts.flatMap(answerBlock),
    ...writeFinish(finish, refusals.length > 0 ? refusals.join('') : undefined),
    usage: writeUsage(usage),
  }
}

/** A message of which nothing is known yet but whose it is. */
export function openMessage(id: string, model: string): JsonObject {
  return {
    id: id.startsWith('msg_') ? id : `msg_${id}`,
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    container: null,
    diagnostics: null,
    usage: writeUsage(undefined),
  }
}

/** A part as a block of an answer; nothing for pictures and sounds, which no message has. */
function answerBlock(part: Part): JsonObject[] {
  switch (part.type) {
    case 'text':
      return [writeText(part)]
    case 'reasoning':
      return [writeThought(part.text, part.seal)]
    case 'tool_call':
      return [toolUse(part.id, part.name, argumentsObject(part))]
    case 'foreign':
      return part.from === 'messages' ? [part.value] : []
    default:
      return []
  }
}

function writeText({ text, citations = [] }: TextPart): JsonObject {
  const written = citations.flatMap((citation) => writeCitation(citation) ?? [])
  return { type: 'text', text, citations: written.length > 0 ? written : null }
}

/** Thoughts of another dialect's model are signed with its own seal, wrapped: the client sends it back with them. */
function writeThought(text: string, seal: Seal | undefined): JsonObject {
  if (isRedacted(seal)) return { type: 'redacted_thinking', data: seal.value }
  return { type: 'thinking', thinking: text, signature: seal ? signatureOf(seal) : '' }
}

export function isRedacted(seal: Seal | undefined): seal is Seal {
  return seal?.from === 'messages' && seal.kind === 'redacted'
}

export function signatureOf(seal: Seal): string {
  return seal.from === 'messages' ? seal.value : wrapSeal(seal)
}

export function toolUse(id: string, name: string, input: JsonObject): JsonObject {
  return { type: 'tool_use', id: encodeToolId(id), name, input, caller: { type: 'direct' } }
}
