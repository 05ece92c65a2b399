import type { JsonObject } from '../../json.ts'
import type { Citation, Part, Seal } from '../../neutral/part.ts'
import type { OpenedPart, StreamEvent } from '../../neutral/stream.ts'
import { keepItems } from './kept-items.ts'
import { callItem, itemId, messageItem, outputPart, pictureItem } from './output-items.ts'
import { showCallSeal, showReasoning } from './reasoning.ts'

/** The parts of an answer as the events of its items. */
export interface ItemsEncoder {
  /** Known with the first event; items are named after it. */
  answerId(id: string): void
  push(event: PartEvent): string
  /** Ends what is still open, also where the stream was cut. */
  close(): string
  /** Adds the item that keeps the others, where the client's request leaves that to the provider. */
  keep(request: JsonObject): string
  output(): readonly JsonObject[]
  hasRefusal(): boolean
}

type PartEvent = Extract<StreamEvent, { part: number }>
type WriteEvent = (type: string, said: JsonObject) => string

/** A part while it comes, at its place in the answer. */
interface Growing {
  readonly of: OpenedPart
  readonly index: number
  readonly id: string
  /** Of a text or a refusal: its place in the message. */
  readonly content: number
  text: string
  readonly citations: Citation[]
  seal: Seal | undefined
}

/** Texts and refusals that follow each other are one message, which ends where something else begins. */
interface Message {
  readonly index: number
  readonly id: string
  readonly content: JsonObject[]
}

export function itemsEncoder(event: WriteEvent): ItemsEncoder {
  const output: JsonObject[] = []
  const growing = new Map<number, Growing>()
  let answerId = ''
  let message: Message | undefined
  let refused = false

  const added = (index: number, item: JsonObject): string => {
    output[index] = item
    return event('response.output_item.added', { output_index: index, item })
  }
  const done = (index: number, item: JsonObject): string => {
    output[index] = item
    return event('response.output_item.done', { output_index: index, item })
  }
  const whole = (item: JsonObject): string => {
    const index = output.length
    return added(index, item) + done(index, item)
  }
  const endMessage = (): string => {
    if (!message) return ''
    const { index, id, content } = message
    message = undefined
    return done(index, messageItem(id, content, 'completed'))
  }
  const beginMessage = (): string => {
    if (message) return ''
    const index = output.length
    const id = itemId('msg', answerId, index)
    message = { index, id, content: [] }
    return added(index, messageItem(id, [], 'in_progress'))
  }

  const begin = (part: number, of: OpenedPart): string => {
    if (of.type === 'text' || of.type === 'refusal') {
      const before = beginMessage()
      const { index, id, content } = message!
      const place = content.length
      const empty = outputPart({ type: of.type, text: '' })!
      content.push(empty)
      growing.set(part, { of, index, id, content: place, text: '', citations: [], seal: undefined })
      return before + event('response.content_part.added', { ...at(id, index, place), part: empty })
    }
    const before = endMessage()
    const index = output.length
    const grows = (id: unknown) =>
      growing.set(part, { of, index, id: String(id), content: 0, text: '', citations: [], seal: undefined })
    if (of.type === 'reasoning') {
      const item = showReasoning(itemId('rs', answerId, index), { type: 'reasoning', text: '' })
      grows(item.id)
      return before + added(index, item)
    }
    if (of.type === 'tool_call') {
      const item = callItem(answerId, index, { ...of, arguments: '' }, 'in_progress')
      grows(item.id)
      return before + added(index, item)
    }
    const picture = of.type === 'image' ? pictureItem(answerId, index, of) : undefined
    return picture ? before + whole(picture) : before
  }

  const close = (part: number, said: Growing): string => {
    growing.delete(part)
    const { of, index, id, text, seal } = said
    if (of.type === 'reasoning') {
      const thought = { type: 'reasoning' as const, text, ...(seal ? { seal } : {}) }
      return endSummary(event, said) + done(index, showReasoning(id, thought))
    }
    if (of.type === 'tool_call') {
      const item = callItem(answerId, index, { ...of, arguments: text }, 'completed')
      return endArguments(event, said) + done(index, item) + (seal ? whole(showCallSeal(of.id, seal)) : '')
    }
    refused ||= of.type === 'refusal'
    const complete = outputPart(partOf(said))!
    const { content } = said
    if (message?.index === index) message.content[content] = complete
    return endContent(event, said, complete)
  }

  return {
    answerId(id) {
      answerId = id
    },
    push(said) {
      if (said.type === 'open') return begin(said.part, said.of)
      const part = growing.get(said.part)
      if (!part) return ''
      if (said.type === 'cite') part.citations.push(said.citation)
      if (said.type === 'seal') part.seal = said.seal
      if (said.type === 'delta') return grow(event, part, said.text)
      return said.type === 'close' ? close(said.part, part) : ''
    },
    close: () => [...growing].map(([part, said]) => close(part, said)).join('') + endMessage(),
    keep: (request) => keepItems(output, request).slice(output.length).map(whole).join(''),
    output: () => output,
    hasRefusal: () => refused,
  }
}

function at(id: string, index: number, content: number): JsonObject {
  return { item_id: id, output_index: index, content_index: content }
}

function partOf({ of, text, citations }: Growing): Part {
  if (of.type === 'refusal') return { type: 'refusal', text }
  return { type: 'text', text, ...(citations.length > 0 ? { citations } : {}) }
}

function grow(event: WriteEvent, said: Growing, delta: string): string {
  const { of, id, index, content, text } = said
  said.text += delta
  switch (of.type) {
    case 'text':
      return event('response.output_text.delta', { ...at(id, index, content), delta, logprobs: [] })
    case 'refusal':
      return event('response.refusal.delta', { ...at(id, index, content), delta })
    case 'reasoning':
      return (
        (text === '' ? beginSummary(event, said) : '') + summaryEvent(event, said, 'text.delta', { delta })
      )
    case 'tool_call':
      return event(`response.${argumentsOf(of.custom)}.delta`, { item_id: id, output_index: index, delta })
    default:
      return ''
  }
}

function endContent(event: WriteEvent, { of, id, index, content, text }: Growing, part: JsonObject): string {
  const where = at(id, index, content)
  if (of.type === 'refusal') {
    const end = event('response.refusal.done', { ...where, refusal: text })
    return end + event('response.content_part.done', { ...where, part })
  }
  const annotations = part.annotations as readonly JsonObject[]
  return [
    ...annotations.map((annotation, annotationIndex) =>
      event('response.output_text.annotation.added', {
        ...where,
        annotation_index: annotationIndex,
        annotation,
      }),
    ),
    event('response.output_text.done', { ...where, text, logprobs: [] }),
    event('response.content_part.done', { ...where, part }),
  ].join('')
}

function argumentsOf(custom: boolean | undefined): string {
  return custom ? 'custom_tool_call_input' : 'function_call_arguments'
}

function endArguments(event: WriteEvent, { of, id, index, text }: Growing): string {
  const custom = of.type === 'tool_call' && of.custom
  const where = { item_id: id, output_index: index }
  return event(`response.${argumentsOf(custom)}.done`, { ...where, [custom ? 'input' : 'arguments']: text })
}

/** A thought is shown as one summary, without paragraphs. */
function summaryEvent(event: WriteEvent, { id, index }: Growing, type: string, said: JsonObject): string {
  return event(`response.reasoning_summary_${type}`, {
    item_id: id,
    output_index: index,
    summary_index: 0,
    ...said,
  })
}

function beginSummary(event: WriteEvent, said: Growing): string {
  return summaryEvent(event, said, 'part.added', { part: { type: 'summary_text', text: '' } })
}

function endSummary(event: WriteEvent, said: Growing): string {
  const { text } = said
  if (text === '') return ''
  return (
    summaryEvent(event, said, 'text.done', { text }) +
    summaryEvent(event, said, 'part.done', { part: { type: 'summary_text', text } })
  )
}
