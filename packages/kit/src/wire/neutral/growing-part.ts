import type { Citation, Part, Seal } from './part.ts'
import type { OpenedPart, PartEvent } from './stream.ts'

/** A part while its deltas come. */
export interface GrowingPart {
  readonly of: OpenedPart
  text: string
  readonly citations: Citation[]
  seal: Seal | undefined
}

export function growingPart(of: OpenedPart): GrowingPart {
  return { of, text: '', citations: [], seal: undefined }
}

/** Add what an event says of it. */
export function growPart(part: GrowingPart, event: PartEvent): void {
  if (event.type === 'delta') part.text += event.text
  else if (event.type === 'cite') part.citations.push(event.citation)
  else if (event.type === 'seal') part.seal = event.seal
}

/** What has come of it, as a part of a complete answer. */
export function grownPart({ of, text, citations, seal }: GrowingPart): Part {
  switch (of.type) {
    case 'text':
      return { type: 'text', text, ...(citations.length > 0 ? { citations } : {}) }
    case 'refusal':
      return { type: 'refusal', text }
    case 'reasoning':
      return { type: 'reasoning', text, ...(seal ? { seal } : {}) }
    case 'tool_call':
      return { ...of, arguments: text, ...(seal ? { seal } : {}) }
    default:
      return of
  }
}
