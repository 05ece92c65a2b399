import type { JsonObject } from '../../json.ts'
import type { Finish } from '../../neutral/answer.ts'
import { type GrowingPart, growingPart, growPart } from '../../neutral/growing-part.ts'
import type { OpenedPart, PartEvent } from '../../neutral/stream.ts'
import { writeCitations } from '../citations.ts'
import { annotationOf } from './answer-writer.ts'
import { writeFinish } from './finish.ts'
import { writeImage } from './parts.ts'
import { showSeal } from './reasoning.ts'
import { writeCallSeal } from './tool-calls.ts'

/** The events of one choice's parts, as the deltas of its one message. */
export interface ChoiceEncoder {
  push(event: PartEvent): readonly JsonObject[]
  /** The word for why it ended. */
  finish(finish: Finish): string
}

interface OpenPart extends GrowingPart {
  /** Of a tool call or a thought: its place among all of them. */
  readonly index: number
}

export function choiceEncoder(): ChoiceEncoder {
  const open = new Map<number, OpenPart>()
  let thoughts = 0
  let calls = 0
  let textLength = 0
  let hasRefusal = false

  const begin = (part: number, of: OpenedPart): readonly JsonObject[] => {
    const index = of.type === 'tool_call' ? calls : thoughts
    open.set(part, { ...growingPart(of), index })
    if (of.type === 'image') return [writeImage(of)].flatMap((image) => (image ? [{ images: [image] }] : []))
    if (of.type === 'reasoning') thoughts += 1
    if (of.type !== 'tool_call') return []
    calls += 1
    const { id, name, custom } = of
    const said = custom
      ? { index, id, type: 'custom', custom: { name, input: '' } }
      : { index, id, type: 'function', function: { name, arguments: '' } }
    return [{ tool_calls: [said] }]
  }

  const grow = ({ of, index }: OpenPart, text: string): readonly JsonObject[] => {
    switch (of.type) {
      case 'text':
        return [{ content: text }]
      case 'refusal':
        hasRefusal = true
        return [{ refusal: text }]
      case 'reasoning':
        return [{ reasoning_content: text, reasoning_details: [{ type: 'reasoning.text', text, index }] }]
      case 'tool_call':
        return [
          {
            tool_calls: [
              { index, ...(of.custom ? { custom: { input: text } } : { function: { arguments: text } }) },
            ],
          },
        ]
      default:
        return []
    }
  }

  const close = (opened: OpenPart): readonly JsonObject[] => {
    const { of, index, text, citations, seal } = opened
    if (of.type === 'reasoning') return seal ? [{ reasoning_details: [showSeal(seal, opened)] }] : []
    if (of.type === 'tool_call') return seal ? [{ tool_calls: [{ index, ...writeCallSeal(seal) }] }] : []
    if (of.type !== 'text') return []
    const cited = writeCitations({ type: 'text', text, citations }, textLength)
    textLength += text.length
    return cited.length > 0 ? [{ annotations: cited.map(annotationOf) }] : []
  }

  return {
    push(event) {
      if (event.type === 'open') return begin(event.part, event.of)
      const opened = open.get(event.part)
      if (!opened) return []
      growPart(opened, event)
      if (event.type === 'delta') return grow(opened, event.text)
      return event.type === 'close' ? close(opened) : []
    },
    finish: (finish) => writeFinish(finish, { hasCalls: calls > 0, hasRefusal }),
  }
}
