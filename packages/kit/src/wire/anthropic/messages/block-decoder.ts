import { type JsonObject, parseObject } from '../../json.ts'
import type { Seal } from '../../neutral/part.ts'
import type { PartEvents } from '../../neutral/part-events.ts'
import { unwrapSeal } from '../../neutral/wrapped-seal.ts'
import { readCitations } from './citations.ts'
import { decodeToolId } from './tool-ids.ts'

/** One block of a stream while it comes, which tells the events of one part. */
export interface BlockDecoder {
  delta(delta: JsonObject): void
  close(): void
}

export function blockDecoder(block: JsonObject, events: PartEvents): BlockDecoder {
  switch (block.type) {
    case 'text':
      return textBlock(block, events)
    case 'thinking':
    case 'redacted_thinking':
      return thoughtBlock(block, events)
    case 'tool_use':
      return toolBlock(block, events)
    default:
      return foreignBlock(block, events)
  }
}

function textBlock({ text, citations }: JsonObject, events: PartEvents): BlockDecoder {
  const told = events.open({ type: 'text' })
  events.tell(told, text)
  events.cite(told, readCitations(citations))
  return {
    delta({ type, text: more, citation }) {
      if (type === 'citations_delta') events.cite(told, readCitations([citation]))
      else events.tell(told, more)
    },
    close: () => events.close(told),
  }
}

/** A signature comes whole, before the block's end. */
function thoughtBlock({ type, thinking, signature, data }: JsonObject, events: PartEvents): BlockDecoder {
  const told = events.open({ type: 'reasoning' })
  if (type === 'redacted_thinking')
    events.seal(told, { from: 'messages', kind: 'redacted', value: String(data) })
  events.seal(told, sealIn(signature))
  events.tell(told, thinking)
  return {
    delta(delta) {
      events.seal(told, sealIn(delta.signature))
      events.tell(told, delta.thinking)
    },
    close: () => events.close(told),
  }
}

function sealIn(signature: unknown): Seal | undefined {
  return typeof signature === 'string' && signature !== '' ? unwrapSeal(signature, 'messages') : undefined
}

/** The input comes in pieces of JSON text, or whole at the start; a tool without any is called with an empty object. */
function toolBlock({ id, name, input }: JsonObject, events: PartEvents): BlockDecoder {
  const told = events.open({ type: 'tool_call', id: decodeToolId(String(id)), name: String(name) })
  return {
    delta: (delta) => events.tell(told, delta.partial_json),
    close() {
      if (!told.begun) events.tell(told, JSON.stringify(input ?? {}))
      events.close(told)
    },
  }
}

/** What only this dialect has is given whole, once it is. */
function foreignBlock(block: JsonObject, events: PartEvents): BlockDecoder {
  let value = block
  let json = ''
  return {
    delta({ type, ...said }) {
      if (typeof said.partial_json === 'string') json += said.partial_json
      // A compaction's delta has the fields of its block.
      else value = { ...value, ...said }
    },
    close() {
      const input = json === '' ? {} : { input: parseObject(json) ?? {} }
      const whole = { ...value, ...input }
      events.close(events.open({ type: 'foreign', from: 'messages', name: String(block.type), value: whole }))
    },
  }
}
