import type { JsonObject } from '../../json.ts'
import type { OpenedPart, StreamEvent } from '../../neutral/stream.ts'
import { isRedacted, signatureOf, toolUse } from './answer-writer.ts'
import { writeCitation } from './citations.ts'

/** One part of an answer as the events of one block. The index is told by each call, since earlier blocks may be empty. */
export interface BlockEncoder {
  push(event: StreamEvent, index: number): JsonObject[]
  close(index: number): JsonObject[]
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
  deltas: (event: StreamEvent) => JsonObject[] = () => [],
  last: () => JsonObject[] = () => [],
): BlockEncoder {
  let open = false
  const opening = (index: number): JsonObject[] => {
    if (open) return []
    open = true
    return [{ type: 'content_block_start', index, content_block: block }]
  }
  const write = (index: number, said: readonly JsonObject[]) =>
    said.map((delta) => ({ type: 'content_block_delta', index, delta }))
  return {
    push: (event, index) => [...opening(index), ...write(index, deltas(event))],
    close: (index) => [...opening(index), ...write(index, last()), { type: 'content_block_stop', index }],
  }
}

function textBlock(): BlockEncoder {
  return openedBlock({ type: 'text', text: '', citations: null }, (event) => {
    if (event.type === 'delta') return [{ type: 'text_delta', text: event.text }]
    const citation = event.type === 'cite' ? writeCitation(event.citation) : undefined
    return citation ? [{ type: 'citations_delta', citation }] : []
  })
}

const THINKING: JsonObject = { type: 'thinking', thinking: '', signature: '' }

/** Whether thoughts are withheld is known by their seal, which comes first when nothing of them is shown. */
function thoughtBlock(): BlockEncoder {
  const shown = openedBlock(THINKING, (event) => {
    if (event.type === 'delta') return [{ type: 'thinking_delta', thinking: event.text }]
    return event.type === 'seal' ? [{ type: 'signature_delta', signature: signatureOf(event.seal) }] : []
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
      if (event.type !== 'delta') return []
      return [json(custom ? begin() + escaped(event.text) : event.text)]
    },
    () => (custom ? [json(`${begin()}"}`)] : []),
  )
}
