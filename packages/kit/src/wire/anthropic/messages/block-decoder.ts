import { isObject, type JsonObject } from '../../json.ts'
import type { Seal } from '../../neutral/part.ts'
import type { OpenedPart, StreamEvent } from '../../neutral/stream.ts'
import { unwrapSeal } from '../../neutral/wrapped-seal.ts'
import { readCitation } from './citations.ts'
import { decodeToolId } from './tool-ids.ts'

/** One block of a stream while it comes, as the events of one part. */
export interface BlockDecoder {
  open(): Iterable<StreamEvent>
  delta(delta: JsonObject): Iterable<StreamEvent>
  close(): Iterable<StreamEvent>
}

export function decodeBlock(block: JsonObject, part: number): BlockDecoder {
  switch (block.type) {
    case 'text':
      return textBlock(block, part)
    case 'thinking':
    case 'redacted_thinking':
      return thoughtBlock(block, part)
    case 'tool_use':
      return toolBlock(block, part)
    default:
      return foreignBlock(block, part)
  }
}

/** The events of one part. */
function eventsOf(part: number) {
  const at = { choice: 0, part }
  return {
    open: (of: OpenedPart): StreamEvent => ({ type: 'open', ...at, of }),
    text: (text: unknown): StreamEvent[] =>
      typeof text === 'string' && text !== '' ? [{ type: 'delta', ...at, text }] : [],
    seal: (seal: Seal): StreamEvent => ({ type: 'seal', ...at, seal }),
    cite(citation: unknown): StreamEvent[] {
      const read = readCitation(citation)
      return read ? [{ type: 'cite', ...at, citation: read }] : []
    },
    close: (): StreamEvent => ({ type: 'close', ...at }),
  }
}

function textBlock({ text, citations }: JsonObject, part: number): BlockDecoder {
  const events = eventsOf(part)
  return {
    open: () => [
      events.open({ type: 'text' }),
      ...events.text(text),
      ...(Array.isArray(citations) ? citations.flatMap(events.cite) : []),
    ],
    delta: (delta) =>
      delta.type === 'citations_delta' ? events.cite(delta.citation) : events.text(delta.text),
    close: () => [events.close()],
  }
}

/** A signature comes whole, before the block's end. */
function thoughtBlock({ type, thinking, signature, data }: JsonObject, part: number): BlockDecoder {
  const events = eventsOf(part)
  let seal: Seal | undefined
  const sign = (value: unknown) => {
    if (typeof value === 'string' && value !== '') seal = unwrapSeal(value, 'messages')
  }
  if (type === 'redacted_thinking') seal = { from: 'messages', kind: 'redacted', value: String(data) }
  sign(signature)
  return {
    open: () => [events.open({ type: 'reasoning' }), ...events.text(thinking)],
    delta(delta) {
      sign(delta.signature)
      return events.text(delta.thinking)
    },
    close: () => [...(seal ? [events.seal(seal)] : []), events.close()],
  }
}

/** The input comes in pieces of JSON text, or whole at the start; a tool without any is called with an empty object. */
function toolBlock({ id, name, input }: JsonObject, part: number): BlockDecoder {
  const events = eventsOf(part)
  let empty = true
  return {
    open: () => [events.open({ type: 'tool_call', id: decodeToolId(String(id)), name: String(name) })],
    delta(delta) {
      const said = events.text(delta.partial_json)
      if (said.length > 0) empty = false
      return said
    },
    close: () => [...(empty ? events.text(JSON.stringify(input ?? {})) : []), events.close()],
  }
}

/** What only this dialect has is given whole, once it is. */
function foreignBlock(block: JsonObject, part: number): BlockDecoder {
  const events = eventsOf(part)
  let value = block
  let json = ''
  return {
    open: () => [],
    delta({ type, ...said }) {
      if (typeof said.partial_json === 'string') json += said.partial_json
      // A compaction's delta has the fields of its block.
      else value = { ...value, ...said }
      return []
    },
    close() {
      const input = json === '' ? {} : { input: parsedInput(json) }
      const whole = { ...value, ...input }
      return [
        events.open({ type: 'foreign', from: 'messages', name: String(block.type), value: whole }),
        events.close(),
      ]
    },
  }
}

function parsedInput(json: string): unknown {
  try {
    const input: unknown = JSON.parse(json)
    return isObject(input) ? input : {}
  } catch {
    return {}
  }
}
