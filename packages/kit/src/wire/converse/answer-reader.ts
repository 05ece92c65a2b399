import { randomUUID } from 'node:crypto'
import { isObject, type JsonObject } from '../json.ts'
import type { Answer } from '../neutral/answer.ts'
import type { Part, Seal } from '../neutral/part.ts'
import { readFinish } from './finish.ts'
import { readUsage } from './usage.ts'

/** Of a seal that holds thoughts which the provider has withheld. */
export const REDACTED = 'redacted'

/** How every answer of Converse begins: it numbers them only in a header, and says neither its model nor its time. */
export function unnumbered(): { readonly id: string; readonly model: string; readonly createdAtSec: number } {
  return { id: randomUUID(), model: '', createdAtSec: 0 }
}

/**
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_ResponseSyntax
 *
 * @throws SyntaxError when it is no answer of Converse.
 */
export function readAnswer({ output, stopReason, usage }: JsonObject): Answer {
  const message = isObject(output) ? output.message : undefined
  const content = isObject(message) ? message.content : undefined
  if (!Array.isArray(content)) throw new SyntaxError('Not an answer of Converse: it has no message')
  return {
    ...unnumbered(),
    choices: [{ parts: content.filter(isObject).flatMap(readBlock), finish: readFinish(stopReason) }],
    usage: readUsage(usage),
  }
}

function readBlock(block: JsonObject): Part[] {
  const { text, toolUse, reasoningContent, citationsContent } = block
  if (typeof text === 'string') return [{ type: 'text', text }]
  if (isObject(toolUse)) {
    const { toolUseId: id, name, input } = toolUse
    return [{ type: 'tool_call', id: String(id), name: String(name), arguments: JSON.stringify(input ?? {}) }]
  }
  if (isObject(reasoningContent)) return [readThought(reasoningContent)]
  const cited = isObject(citationsContent) ? citationsContent.content : undefined
  return Array.isArray(cited) ? cited.filter(isObject).flatMap(readBlock) : []
}

function readThought({ reasoningText, redactedContent }: JsonObject): Part {
  const { text, signature } = isObject(reasoningText) ? reasoningText : {}
  const seal = sealOf(signature, redactedContent)
  return { type: 'reasoning', text: typeof text === 'string' ? text : '', ...(seal ? { seal } : {}) }
}

/** What a model knows its own thought by again; models that seal nothing have no thoughts that could be sent back. */
export function sealOf(signature: unknown, redacted: unknown): Seal | undefined {
  if (typeof signature === 'string' && signature !== '') return { from: 'converse', value: signature }
  return typeof redacted === 'string' ? { from: 'converse', kind: REDACTED, value: redacted } : undefined
}
