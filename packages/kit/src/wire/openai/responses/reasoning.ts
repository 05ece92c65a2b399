import { defined } from '../../defined.ts'
import { isObject, type JsonObject } from '../../json.ts'
import type { ReasoningPart, Seal } from '../../neutral/part.ts'
import { unwrapSeal, wrapSeal } from '../../neutral/wrapped-seal.ts'

/** Of a seal whose thoughts were told in full, and not in a summary. */
const CONTENT = 'content'

/** Between the parts of a summary, which are paragraphs with headings. */
export const PARAGRAPH = '\n\n'

/**
 * Read a reasoning item. Its `encrypted_content` is what the model knows its thoughts by, and comes with every answer.
 * Models that run openly (gpt-oss) tell them in `content` instead, and have no other seal than that.
 *
 * Source: https://platform.openai.com/docs/guides/reasoning#encrypted-reasoning-items
 */
export function readReasoning(item: JsonObject): ReasoningPart {
  const full = textsOf(item.content)
  const text = (full.length > 0 ? full : textsOf(item.summary)).join(PARAGRAPH)
  return { type: 'reasoning', text, ...defined({ seal: sealOf(item, full.length > 0) }) }
}

function textsOf(parts: unknown): string[] {
  if (!Array.isArray(parts)) return []
  return parts.flatMap((part) => (isObject(part) && typeof part.text === 'string' ? [part.text] : []))
}

function sealOf({ encrypted_content: encrypted, id }: JsonObject, isFull: boolean): Seal | undefined {
  if (typeof encrypted !== 'string' && !isFull) return undefined
  const seal = unwrapSeal(typeof encrypted === 'string' ? encrypted : '', 'responses')
  // One that was wrapped says itself what it is.
  if (seal.value !== (encrypted ?? '')) return seal
  return { ...seal, ...(isFull ? { kind: CONTENT } : {}), ...(typeof id === 'string' ? { id } : {}) }
}

/** A thought that a provider of this dialect has sealed, as it gave it; undefined for all others. */
export function writeReasoning({ text, seal }: ReasoningPart): JsonObject | undefined {
  if (seal?.from !== 'responses') return undefined
  const { id, kind, value } = seal
  const isFull = kind === CONTENT
  return {
    type: 'reasoning',
    ...defined({ id }),
    summary: isFull || text === '' ? [] : [{ type: 'summary_text', text }],
    ...(isFull ? { content: [{ type: 'reasoning_text', text }] } : {}),
    ...(value === '' ? {} : { encrypted_content: value }),
  }
}

/** A thought for a client: what people read is the summary, and what it comes back with is wrapped. */
export function showReasoning(id: string, { text, seal }: ReasoningPart): JsonObject {
  return {
    type: 'reasoning',
    id,
    summary: text === '' ? [] : [{ type: 'summary_text', text }],
    ...(seal ? { encrypted_content: wrapSeal(seal) } : {}),
  }
}

/**
 * Items have no place for what seals a call (Gemini signs them), so that it follows in a reasoning item of its own, which
 * names the call.
 */
const SEAL_OF_CALL = 'rs_of_'

export function showCallSeal(callId: string, seal: Seal): JsonObject {
  return showReasoning(SEAL_OF_CALL + callId, { type: 'reasoning', text: '', seal })
}

/** The call that a reasoning item seals; undefined when it is a thought of its own. */
export function sealedCall({ id }: JsonObject): string | undefined {
  return typeof id === 'string' && id.startsWith(SEAL_OF_CALL) ? id.slice(SEAL_OF_CALL.length) : undefined
}
