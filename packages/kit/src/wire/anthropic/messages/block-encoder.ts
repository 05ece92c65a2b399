import type { JsonObject } from '../../json.ts'
import type { OpenedPart, StreamEvent } from '../../neutral/stream.ts'
import { isRedacted, signatureOf, toolUse } from './answer-writer.ts'
import { writeCitation } from './citations.ts'

/** One part of an answer as the events of one block. The index is told by each call, since earlier blocks may be empty. */
export interface BlockEncoder {
  push(event: StreamEvent, index: number): string
  close(index: number): string
}

/** One event of a stream of Messages: its type stands in its name and in its data. */
export function messageEvent(type: string, said: JsonObject = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...said })}\n\n`
}

/** How a part is written; undefined for those that are no block of a message. */
export function blockEncoder(of: OpenedPart): BlockEncoder | undefined {
  switch (of.type) {
    case 'text':
      return textBlock()
    case 'reasoning':
      return thoughtBlock()
    case 'tool_call':
      return toolBlock(of)
    case 'foreign':
      return of.from === 'messages' ? openedBlock(of.value) : undefined
    default:
      return undefined
  }
}

/** A block whose start is known when its part is opened; what else is said of it are deltas. */
function openedBlock(
  block: JsonObject,
  deltaOf: (event: StreamEvent) => JsonObject | undefined = () => undefined,
  last: () => JsonObject | undefined = () => undefined,
): BlockEncoder {
  let open = false
  const opening = (index: number): string => {
    if (open) return ''
    open = true
    return messageEvent('content_block_start', { index, content_block: block })
  }
  const write = (index: number, delta: JsonObject | undefined) =>
    delta ? messageEvent('content_block_delta', { index, delta }) : ''
  return {
    push: (event, index) => opening(index) + write(index, deltaOf(event)),
    close: (index) => opening(index) + write(index, last()) + messageEvent('content_block_stop', { index }),
  }
}

function textBlock(): BlockEncoder {
  return openedBlock({ type: 'text', text: '', citations: null }, (event) => {
    if (event.type === 'delta') return { type: 'text_delta', text: event.text }
    const citation = event.type === 'cite' ? writeCitation(event.citation) : undefined
    return citation && { type: 'citations_delta', citation }
  })
}

const THINKING: JsonObject = { type: 'thinking', thinking: '', signature: '' }

/** Whether thoughts are withheld is known by their seal, which comes first when nothing of them is shown. */
function thoughtBlock(): BlockEncoder {
  const shown = openedBlock(THINKING, (event) => {
    if (event.type === 'delta') return { type: 'thinking_delta', thinking: event.text }
    return event.type === 'seal' ? { type: 'signature_delta', signature: signatureOf(event.seal) } : undefined
  })
  let block: BlockEncoder | undefined
  return {
    push(event, index) {
      if (event.type === 'seal' && !block && isRedacted(event.seal))
        block = openedBlock({ type: 'redacted_thinking', data: event.seal.value })
      block ??= shown
      return block.push(event, index)
    },
    close: (index) => (block ?? shown).close(index),
  }
}

/** Free text becomes the one field of an object, as it does in a whole answer: its pieces are escaped one by one. */
function toolBlock({ id, name, custom }: Extract<OpenedPart, { type: 'tool_call' }>): BlockEncoder {
  let begun = false
  const json = (text: string) => ({ type: 'input_json_delta', partial_json: text })
  const begin = () => {
    const opening = begun ? '' : '{"input":"'
    begun = true
    return opening
  }
  const escaped = (text: string) => JSON.stringify(text).slice(1, -1)
  return openedBlock(
    toolUse(id, name, {}),
    (event) => {
      if (event.type !== 'delta') return undefined
      return json(custom ? begin() + escaped(event.text) : event.text)
    },
    () => (custom ? json(`${begin()}"}`) : undefined),
  )
}
