import type { JsonObject } from '../../json.ts'
import { isMedia, type Part, type TextPart, type ToolResultPart } from '../../neutral/part.ts'
import { objectField, objectsField, textField } from '../fields.ts'
import type { CallIds } from './call-ids.ts'
import { readMedia, writeMedia } from './media.ts'

/** Results of functions: https://ai.google.dev/api/caching#FunctionResponse */
export function readResult(said: JsonObject, ids: CallIds): ToolResultPart {
  const name = textField(said, 'name') ?? ''
  const { text, isError } = readResponse(objectField(said, 'response') ?? {}, name)
  const media = objectsField(said, 'parts').flatMap((part) => readMedia(part) ?? [])
  const texts: TextPart[] = text === '' && media.length > 0 ? [] : [{ type: 'text', text }]
  return {
    type: 'tool_result',
    callId: ids.answered(name, textField(said, 'id')),
    ...(name === '' ? {} : { name }),
    parts: [...texts, ...media],
    ...(isError ? { isError } : {}),
  }
}

/** Names that clients give to the one thing that a function returns; Google's own is `output`, and `error` for a failure. */
const WHOLE: ReadonlySet<string> = new Set(['output', 'result', 'content', 'error'])

function readResponse(response: JsonObject, name: string): { text: string; isError: boolean } {
  // The AI SDK says the function's name again inside.
  const entries = Object.entries(response).filter(([key, value]) => key !== 'name' || value !== name)
  const [[key, value] = ['', undefined]] = entries
  if (entries.length !== 1 || !WHOLE.has(key)) return { text: JSON.stringify(response), isError: false }
  return { text: typeof value === 'string' ? value : JSON.stringify(value), isError: key === 'error' }
}

export interface WrittenResult {
  readonly part: JsonObject
  /** What the model can be shown beside it alone. */
  readonly beside: readonly JsonObject[]
}

/** @param mediaInside Models before Gemini 3 take pictures beside a result only. */
export function writeResult(
  { callId, parts, isError }: ToolResultPart,
  { name, mediaInside }: { readonly name: string; readonly mediaInside: boolean },
): WrittenResult {
  const media = parts.filter(isMedia).flatMap(writeMedia)
  const text = parts.map(textOf).filter(Boolean).join('\n')
  return {
    part: {
      functionResponse: {
        id: callId,
        name,
        response: { [isError ? 'error' : 'output']: text },
        ...(mediaInside && media.length > 0 ? { parts: media } : {}),
      },
    },
    beside: mediaInside ? [] : media,
  }
}

function textOf(part: Part): string {
  return part.type === 'text' || part.type === 'refusal' ? part.text : ''
}
