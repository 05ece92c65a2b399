import type { Answer, Choice } from './answer.ts'
import type { Part } from './part.ts'
import type { OpenedPart, StreamEvent } from './stream.ts'

/** A complete answer as the stream that would have brought it: each part in one delta. */
export function* replay(answer: Answer): Generator<StreamEvent> {
  const { id, model, createdAtSec, choices, usage } = answer
  yield { type: 'start', id, model, createdAtSec }
  for (const [index, choice] of choices.entries()) yield* replayChoice(choice, index)
  if (usage) yield { type: 'usage', usage }
  yield { type: 'end' }
}

function* replayChoice({ parts, finish }: Choice, choice: number): Generator<StreamEvent> {
  for (const [part, said] of parts.entries()) {
    const of = openedAs(said)
    if (!of) continue
    yield { type: 'open', choice, part, of }
    const text = textOf(said)
    if (text !== '') yield { type: 'delta', choice, part, text }
    if (said.type === 'text')
      for (const citation of said.citations ?? []) yield { type: 'cite', choice, part, citation }
    if ((said.type === 'reasoning' || said.type === 'tool_call') && said.seal)
      yield { type: 'seal', choice, part, seal: said.seal }
    yield { type: 'close', choice, part }
  }
  yield { type: 'finish', choice, finish }
}

/** How a part begins; undefined for a tool's result, which no model says. */
export function openedAs(part: Part): OpenedPart | undefined {
  switch (part.type) {
    case 'text':
    case 'refusal':
    case 'reasoning':
      return { type: part.type }
    case 'tool_call': {
      const { id, name, custom } = part
      return { type: 'tool_call', id, name, ...(custom ? { custom } : {}) }
    }
    case 'tool_result':
      return undefined
    default:
      return part
  }
}

/** What its deltas say of a part. */
export function textOf(part: Part): string {
  if (part.type === 'text' || part.type === 'refusal' || part.type === 'reasoning') return part.text
  return part.type === 'tool_call' ? part.arguments : ''
}
