import type { JsonObject } from '../../json.ts'
import { growingPart, grownPart, growPart } from '../../neutral/growing-part.ts'
import type { OpenedPart, PartEvent } from '../../neutral/stream.ts'
import {
  addDelta,
  endArguments,
  endContent,
  endSummary,
  type GrowingItem,
  placeOf,
  type WriteEvent,
} from './item-events.ts'
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

/** Texts and refusals that follow each other are one message, which ends where something else begins. */
interface Message {
  readonly index: number
  readonly id: string
  readonly content: JsonObject[]
}

export function itemsEncoder(event: WriteEvent): ItemsEncoder {
  const output: JsonObject[] = []
  const growing = new Map<number, GrowingItem>()
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
  const grows = (part: number, of: OpenedPart, at: Pick<GrowingItem, 'index' | 'id' | 'content'>) =>
    growing.set(part, { ...growingPart(of), ...at })

  const endMessage = (): string => {
    if (!message) return ''
    const { index, id, content } = message
    const open = [...growing].filter(([, grown]) => grown.index === index)
    const ends = open.map(([part, grown]) => close(part, grown)).join('')
    message = undefined
    return ends + done(index, messageItem(id, content, 'completed'))
  }
  const beginContent = (part: number, of: OpenedPart, empty: JsonObject): string => {
    let before = ''
    if (!message) {
      const index = output.length
      message = { index, id: itemId('msg', answerId, index), content: [] }
      before = added(index, messageItem(message.id, [], 'in_progress'))
    }
    const { index, id, content } = message
    const at = { index, id, content: content.length }
    content.push(empty)
    grows(part, of, at)
    return before + event('response.content_part.added', { ...placeOf(at), part: empty })
  }
  const beginItem = (part: number, of: OpenedPart, item: JsonObject): string => {
    const before = endMessage()
    const index = output.length
    grows(part, of, { index, id: String(item.id), content: 0 })
    return before + added(index, item)
  }

  const begin = (part: number, of: OpenedPart): string => {
    const index = output.length
    switch (of.type) {
      case 'text':
      case 'refusal':
        return beginContent(part, of, outputPart({ type: of.type, text: '' })!)
      case 'reasoning':
        return beginItem(part, of, showReasoning(itemId('rs', answerId, index), { type: of.type, text: '' }))
      case 'tool_call':
        return beginItem(part, of, callItem(answerId, index, { ...of, arguments: '' }, 'in_progress'))
      case 'image': {
        const picture = pictureItem(answerId, index, of)
        return picture ? endMessage() + whole(picture) : ''
      }
      default:
        return ''
    }
  }

  const close = (part: number, grown: GrowingItem): string => {
    growing.delete(part)
    const { index, id, content } = grown
    const said = grownPart(grown)
    if (said.type === 'reasoning') return endSummary(event, grown) + done(index, showReasoning(id, said))
    if (said.type === 'tool_call') {
      const end = endArguments(event, grown) + done(index, callItem(answerId, index, said, 'completed'))
      return said.seal ? end + whole(showCallSeal(said.id, said.seal)) : end
    }
    refused ||= said.type === 'refusal'
    const complete = outputPart(said)!
    if (message?.index === index) message.content[content] = complete
    return endContent(event, grown, complete)
  }

  return {
    answerId(id) {
      answerId = id
    },
    push(said) {
      if (said.type === 'open') return begin(said.part, said.of)
      const part = growing.get(said.part)
      if (!part) return ''
      if (said.type === 'close') return close(said.part, part)
      const more = said.type === 'delta' ? addDelta(event, part, said.text) : ''
      growPart(part, said)
      return more
    },
    close: () => [...growing].map(([part, grown]) => close(part, grown)).join('') + endMessage(),
    keep: (request) => keepItems(output, request).slice(output.length).map(whole).join(''),
    output: () => output,
    hasRefusal: () => refused,
  }
}
