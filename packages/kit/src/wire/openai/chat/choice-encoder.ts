import type { JsonObject } from '../../json.ts'
import type { Finish } from '../../neutral/answer.ts'
import type { Citation, Seal } from '../../neutral/part.ts'
import type { OpenedPart, StreamEvent } from '../../neutral/stream.ts'
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

type PartEvent = Extract<StreamEvent, { part: number }>

interface OpenPart {
  readonly of: OpenedPart
  /** Of a tool call or a thought: its place among all of them. */
  readonly index: number
  text: string
  readonly citations: Citation[]
  seal: Seal | undefined
}

export function choiceEncoder(): ChoiceEncoder {
  const open = new Map<number, OpenPart>()
  let thoughts = 0
  let calls = 0
  let textLength = 0
  let hasRefusal = false

  const begin = (part: number, of: OpenedPart): readonly JsonObject[] => {
    const index = of.type === 'tool_call' ? calls : thoughts
    open.set(part, { of, index, text: '', citations: [], seal: undefined })
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

  const grow = (opened: OpenPart, text: string): readonly JsonObject[] => {
    const { of, index } = opened
    switch (of.type) {
      case 'text':
        opened.text += text
        return [{ content: text }]
      case 'refusal':
        hasRefusal = true
        return [{ refusal: text }]
      case 'reasoning':
        opened.text += text
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
      if (event.type === 'delta') return grow(opened, event.text)
      if (event.type === 'cite') opened.citations.push(event.citation)
      if (event.type === 'seal') opened.seal = event.seal
      return event.type === 'close' ? close(opened) : []
    },
    finish: (finish) => writeFinish(finish, { hasCalls: calls > 0, hasRefusal }),
  }
}
