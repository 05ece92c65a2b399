import type { JsonObject } from '../../json.ts'
import type { Part } from '../../neutral/part.ts'
import { booleanField, field, objectField, textField } from '../fields.ts'
import type { CallIds } from './call-ids.ts'
import { readMedia } from './media.ts'
import { ON_PART, sealOf } from './thought-signatures.ts'
import { readResult } from './tool-results.ts'

/** Kinds of parts that no other dialect has, and whatever comes after this was written. */
const FOREIGN = ['executableCode', 'codeExecutionResult', 'toolCall', 'toolResponse'] as const

/** One part of Gemini's as neutral ones: two when it is signed in a place that has no seal. */
export function readPart(part: JsonObject, ids: CallIds): Part[] {
  const call = objectField(part, 'functionCall')
  if (call) return [readCall(call, part, ids)]
  const result = objectField(part, 'functionResponse')
  if (result) return [readResult(result, ids)]
  const text = textField(part, 'text')
  if (text !== undefined && booleanField(part, 'thought')) {
    const seal = sealOf(part)
    return [{ type: 'reasoning', text, ...(seal ? { seal } : {}) }]
  }
  const said: Part | undefined = text === undefined ? readMedia(part) : { type: 'text', text }
  if (!said) return [readForeign(part)]
  const isEmpty = said.type === 'text' && said.text === ''
  return [...(isEmpty ? [] : [said]), ...sealBehind(part)]
}

function readCall(call: JsonObject, part: JsonObject, ids: CallIds): Part {
  const name = textField(call, 'name') ?? ''
  const seal = sealOf(part)
  return {
    type: 'tool_call',
    id: ids.called(name, textField(call, 'id')),
    name,
    arguments: JSON.stringify(objectField(call, 'args') ?? {}),
    ...(seal ? { seal } : {}),
  }
}

/** A signature on anything but a thought and a call. */
function sealBehind(part: JsonObject): Part[] {
  const seal = sealOf(part)
  if (!seal) return []
  return [{ type: 'reasoning', text: '', seal: seal.from === 'generate' ? { ...seal, kind: ON_PART } : seal }]
}

function readForeign(part: JsonObject): Part {
  const known = FOREIGN.find((name) => field(part, name) !== undefined)
  const [first = 'part'] = Object.keys(part)
  return { type: 'foreign', from: 'generate', name: known ?? first, value: part }
}
