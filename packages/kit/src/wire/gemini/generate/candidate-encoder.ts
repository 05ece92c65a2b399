import type { JsonObject } from '../../json.ts'
import type { Citation, Seal } from '../../neutral/part.ts'
import type { OpenedPart, StreamEvent } from '../../neutral/stream.ts'
import { answerPart } from './answer-writer.ts'
import { type CitingText, writeGrounding } from './citations.ts'
import { writeFinish } from './finish.ts'

type ChoiceEvent = Extract<StreamEvent, { choice: number }>

/** One choice while it is said: the parts that each event lets the client see. */
export interface CandidateEncoder {
  push(event: ChoiceEvent): readonly JsonObject[]
  /** Why it ended, and what it is grounded on. */
  ending(): JsonObject
}

/** A part while its deltas come. */
interface Growing {
  readonly of: OpenedPart
  text: string
  seal: Seal | undefined
  readonly citations: Citation[]
}

export function encodeCandidate(): CandidateEncoder {
  const growing = new Map<number, Growing>()
  const citing: CitingText[] = []
  let finishReason = writeFinish('error')

  const grow = (part: Growing, event: ChoiceEvent): readonly JsonObject[] => {
    switch (event.type) {
      case 'delta':
        part.text += event.text
        return shown(part.of, event.text)
      case 'cite':
        part.citations.push(event.citation)
        return []
      case 'seal':
        part.seal = event.seal
        return []
      case 'close':
        if (part.of.type === 'text') citing.push(part)
        return left(part)
      default:
        return []
    }
  }

  return {
    push(event) {
      if (event.type === 'finish') finishReason = writeFinish(event.finish.reason)
      else if (event.type === 'open') {
        growing.set(event.part, { of: event.of, text: '', seal: undefined, citations: [] })
      } else {
        const part = growing.get(event.part)
        return part ? grow(part, event) : []
      }
      return []
    },
    ending() {
      const groundingMetadata = writeGrounding(citing)
      return { finishReason, ...(groundingMetadata ? { groundingMetadata } : {}) }
    },
  }
}

/** Text is shown as it comes; what Gemini says whole is kept until it is. */
function shown({ type }: OpenedPart, text: string): readonly JsonObject[] {
  if (text === '') return []
  if (type === 'reasoning') return [{ text, thought: true }]
  return type === 'text' || type === 'refusal' ? [{ text }] : []
}

/** What is left to say when a part is complete: what seals a thought, and what comes whole. */
function left({ of, text, seal }: Growing): readonly JsonObject[] {
  const sealed = seal ? { seal } : {}
  switch (of.type) {
    case 'text':
    case 'refusal':
      return []
    case 'reasoning':
      return answerPart({ type: 'reasoning', text: '', ...sealed })
    case 'tool_call':
      return answerPart({ ...of, arguments: text, ...sealed })
    default:
      return answerPart(of)
  }
}
