import type { Usage } from '../usage.ts'
import type { Answer, Choice, Finish } from './answer.ts'
import { type GrowingPart, growingPart, grownPart, growPart } from './growing-part.ts'
import type { ProviderError } from './provider-error.ts'
import type { ChoiceEvent, StreamEvent } from './stream.ts'

/** A stream that is over, as the answer it has brought, and the error that it ended with. */
export interface Folded {
  readonly answer: Answer
  readonly error: ProviderError | undefined
}

/** A choice while it comes: its parts by the order in which they were opened. */
interface GrowingChoice {
  readonly parts: Map<number, GrowingPart>
  finish: Finish
}

/** Put the events of one stream together. A choice that was never finished has failed. */
export function fold(events: Iterable<StreamEvent>): Folded {
  const choices = new Map<number, GrowingChoice>()
  let start = { id: '', model: '', createdAtSec: 0 }
  let usage: Usage | undefined
  let error: ProviderError | undefined
  for (const event of events) {
    if (event.type === 'start') {
      const { id, model, createdAtSec } = event
      start = { id, model, createdAtSec }
    } else if (event.type === 'usage') usage = event.usage
    else if (event.type === 'error') error = event.error
    else if (event.type !== 'end') foldInto(choiceAt(choices, event.choice), event)
  }
  const [first = FAILED, ...others] = [...choices.keys()]
    .sort((a, b) => a - b)
    .map((index) => folded(choices.get(index)!))
  return { answer: { ...start, choices: [first, ...others], usage }, error }
}

const FAILED: Choice = { parts: [], finish: { reason: 'error' } }

function choiceAt(choices: Map<number, GrowingChoice>, index: number): GrowingChoice {
  const known = choices.get(index)
  if (known) return known
  const choice: GrowingChoice = { parts: new Map(), finish: FAILED.finish }
  choices.set(index, choice)
  return choice
}

function foldInto(choice: GrowingChoice, event: ChoiceEvent): void {
  if (event.type === 'finish') choice.finish = event.finish
  else if (event.type === 'open') choice.parts.set(event.part, growingPart(event.of))
  else {
    const part = choice.parts.get(event.part)
    if (part) growPart(part, event)
  }
}

function folded({ parts, finish }: GrowingChoice): Choice {
  return { parts: [...parts.values()].map(grownPart), finish }
}
