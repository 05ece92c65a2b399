import { defined } from '../../defined.ts'
import { invalid, isObject, type JsonObject } from '../../json.ts'
import type { Seal, ToolCallPart } from '../../neutral/part.ts'
import { unwrapSeal, wrapSeal } from '../../neutral/wrapped-seal.ts'
import { objectsField, requiredText, textField } from '../fields.ts'

/** Read the calls of an assistant's message. `path` names it as its client does. */
export function readToolCalls(message: JsonObject, path: string): ToolCallPart[] {
  return objectsField(message, 'tool_calls', `${path}.tool_calls`).map((call, index) =>
    readToolCall(call, `${path}.tool_calls[${index}]`),
  )
}

function readToolCall(call: JsonObject, path: string): ToolCallPart {
  const custom = isObject(call.custom) ? call.custom : undefined
  const said = custom ?? call.function
  if (!isObject(said)) throw invalid(path, `\`${path}.function\` is missing.`)
  return {
    type: 'tool_call',
    id: requiredText(call, 'id', `${path}.id`),
    name: requiredText(said, 'name', `${path}.name`),
    arguments: textField(said, custom ? 'input' : 'arguments', `${path}.arguments`) ?? '',
    ...(custom ? { custom: true } : {}),
    ...defined({ seal: readCallSeal(call) }),
  }
}

/**
 * Google's providers sign calls in `extra_content`, in this dialect too, and clients that know of it send it back. Seals of
 * others take the same way, wrapped. Source: https://ai.google.dev/gemini-api/docs/openai
 */
export function readCallSeal({ extra_content: extra }: JsonObject): Seal | undefined {
  const google = isObject(extra) ? extra.google : undefined
  const signature = isObject(google) ? google.thought_signature : undefined
  return typeof signature === 'string' ? unwrapSeal(signature, 'generate') : undefined
}

export function writeCallSeal(seal: Seal): JsonObject {
  const plain = seal.from === 'generate' && seal.kind === undefined && seal.id === undefined
  return { extra_content: { google: { thought_signature: plain ? seal.value : wrapSeal(seal) } } }
}

/** Write a call without its seal: whether that goes along depends on whom it is written for. */
export function writeToolCall({ id, name, arguments: text, custom }: ToolCallPart): JsonObject {
  return custom
    ? { id, type: 'custom', custom: { name, input: text } }
    : { id, type: 'function', function: { name, arguments: text } }
}
