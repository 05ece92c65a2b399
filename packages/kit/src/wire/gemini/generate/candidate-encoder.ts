import type { JsonObject } from '../../json.ts'
import { type GrowingPart, growingPart, grownPart, growPart } from '../../neutral/growing-part.ts'
import type { ChoiceEvent, OpenedPart, PartEvent } from '../../neutral/stream.ts'
import { answerPart } from './answer-writer.ts'
import { type CitingText, writeGrounding } from './citations.ts'
import { writeFinish } from './finish.ts'

/** One choice while it is said: the parts that each event lets the client see. */
export interface CandidateEncoder {
  push(event: ChoiceEvent): readonly JsonObject[]
  /** Why it ended, and what it is grounded on. */
  ending(): JsonObject
}

export function candidateEncoder(): CandidateEncoder {
  const growing = new Map<number, GrowingPart>()
  const citing: CitingText[] = []
  let finishReason = writeFinish('error')

  const grow = (part: GrowingPart, event: PartEvent): readonly JsonObject[] => {
    growPart(part, event)
    if (event.type === 'delta') return shown(part.of, event.text)
    if (event.type !== 'close') return []
    if (part.of.type === 'text') citing.push(part)
    return left(part)
  }

  return {
    push(event) {
      if (event.type === 'finish') finishReason = writeFinish(event.finish.reason)
      else if (event.type === 'open') growing.set(event.part, growingPart(event.of))
      else {
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
function left(part: GrowingPart): readonly JsonObject[] {
  const said = grownPart(part)
  if (said.type === 'text' || said.type === 'refusal') return []
  return answerPart(said.type === 'reasoning' ? { ...said, text: '' } : said)
}
