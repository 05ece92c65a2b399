import { defined } from '../../defined.ts'
import type { JsonObject } from '../../json.ts'
import { argumentsObject } from '../../neutral/arguments.ts'
import type { Part, ReasoningPart, ToolCallPart } from '../../neutral/part.ts'
import { writeMedia } from './media.ts'
import { NO_SIGNATURE, ON_PART } from './thought-signatures.ts'

/** What someone says, for Gemini. Results of tools are written with their turn. */
export function writeParts(parts: readonly Part[], { signs }: { readonly signs: boolean }): JsonObject[] {
  const written: JsonObject[] = []
  let calls = 0
  for (const part of parts) {
    if (part.type === 'reasoning') writeReasoning(part, written)
    else if (part.type === 'tool_call') {
      // Of calls that are made at once, Gemini signs the first alone, and looks for no other.
      written.push(writeCall(part, { signs: signs && calls === 0 }))
      calls += 1
    } else written.push(...writePart(part))
  }
  return written
}

function writePart(part: Part): JsonObject[] {
  switch (part.type) {
    case 'text':
    case 'refusal':
      // Empty text is refused.
      return part.text === '' ? [] : [{ text: part.text }]
    case 'foreign':
      return part.from === 'generate' ? [part.value] : []
    case 'image':
    case 'document':
    case 'audio':
    case 'video':
      return writeMedia(part)
    default:
      return []
  }
}

/** Thoughts that Gemini has not signed are nothing to it; a signature goes back to the part that it stood on. */
function writeReasoning({ text, seal }: ReasoningPart, written: JsonObject[]): void {
  if (seal?.from !== 'generate') return
  const { value: thoughtSignature, kind } = seal
  if (kind !== ON_PART) {
    written.push({ text, thought: true, thoughtSignature })
    return
  }
  const before = written.at(-1)
  const isBare = before !== undefined && !('thoughtSignature' in before) && !('functionCall' in before)
  if (isBare) written[written.length - 1] = { ...before, thoughtSignature }
  else written.push({ text: '', thoughtSignature })
}

function writeCall(part: ToolCallPart, { signs }: { readonly signs: boolean }): JsonObject {
  const { id, name, seal } = part
  const own = seal?.from === 'generate' ? seal.value : undefined
  const thoughtSignature = own ?? (signs ? NO_SIGNATURE : undefined)
  return {
    functionCall: { id, name, args: argumentsObject(part) },
    ...defined({ thoughtSignature }),
  }
}
