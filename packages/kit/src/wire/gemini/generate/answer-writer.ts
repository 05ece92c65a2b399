import type { Asked } from '../../format.ts'
import type { JsonObject } from '../../json.ts'
import type { Answer, Choice } from '../../neutral/answer.ts'
import { argumentsObject } from '../../neutral/arguments.ts'
import type { Part } from '../../neutral/part.ts'
import { writeUsage } from '../usage.ts'
import { writeGrounding } from './citations.ts'
import { writeFinish } from './finish.ts'
import { writeMedia } from './media.ts'
import { ON_PART, signatureOf } from './thought-signatures.ts'

/** An answer for a client of Gemini: https://ai.google.dev/api/generate-content#generatecontentresponse */
export function writeAnswer({ id, choices, usage }: Answer, { model, requestId }: Asked): JsonObject {
  return {
    candidates: choices.map(writeChoice),
    ...(usage ? { usageMetadata: writeUsage(usage) } : {}),
    modelVersion: model,
    responseId: id || requestId,
  }
}

function writeChoice({ parts, finish }: Choice, index: number): JsonObject {
  const said = parts.flatMap(answerPart)
  const texts = parts.flatMap((part) =>
    part.type === 'text' ? [{ text: part.text, citations: part.citations ?? [] }] : [],
  )
  const groundingMetadata = writeGrounding(texts)
  return {
    // SDKs take a candidate without parts for a fault.
    content: { role: 'model', parts: said.length > 0 ? said : [{ text: '' }] },
    finishReason: writeFinish(finish.reason),
    index,
    ...(groundingMetadata ? { groundingMetadata } : {}),
  }
}

/** A part of an answer; seals of any dialect go with it, for the client to send back. */
export function answerPart(part: Part): JsonObject[] {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text === '' ? [] : [{ text: part.text }]
    case 'reasoning': {
      const { text, seal } = part
      // A signature that stood on another part follows that part.
      const thought = seal?.kind === ON_PART ? {} : { thought: true }
      return text === '' && !seal ? [] : [{ text, ...thought, ...signed(part) }]
    }
    case 'tool_call': {
      const { id, name } = part
      return [{ functionCall: { id, name, args: argumentsObject(part) }, ...signed(part) }]
    }
    case 'tool_result':
      return []
    case 'foreign':
      return part.from === 'generate' ? [part.value] : []
    default:
      return writeMedia(part)
  }
}

function signed({ seal }: Extract<Part, { type: 'reasoning' | 'tool_call' }>): JsonObject {
  return seal ? { thoughtSignature: signatureOf(seal) } : {}
}
