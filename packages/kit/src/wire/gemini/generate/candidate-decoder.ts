import { isObject, type JsonObject } from '../../json.ts'
import type { Finish } from '../../neutral/answer.ts'
import type { Part } from '../../neutral/part.ts'
import type { OpenedPart, StreamEvent } from '../../neutral/stream.ts'
import { field, objectsField, textField } from '../fields.ts'
import type { CallIds } from './call-ids.ts'
import { readGrounding } from './citations.ts'
import { readFinish } from './finish.ts'
import { readPart } from './parts-reader.ts'

/** One candidate while it comes: pieces of a text are parts that repeat, everything else comes whole. */
export interface CandidateDecoder {
  push(candidate: JsonObject): Generator<StreamEvent>
  /** It is over; returns why it ended, undefined when nobody said. */
  end(): Generator<StreamEvent, Finish | undefined>
}

type Growing = 'text' | 'reasoning'

export function decodeCandidate(choice: number, ids: CallIds): CandidateDecoder {
  let open: Growing | undefined
  /** How many parts have been opened: each gets the next number. */
  let parts = 0
  let calls = false
  let reason: string | undefined
  /** What has been said in text, by the number of its part. */
  const texts = new Map<number, string>()

  function* begin(of: OpenedPart): Generator<StreamEvent> {
    yield* close()
    yield { type: 'open', choice, part: parts, of }
    parts += 1
  }
  function* close(): Generator<StreamEvent> {
    if (open) yield { type: 'close', choice, part: parts - 1 }
    open = undefined
  }
  function* grow(type: Growing, text: string): Generator<StreamEvent> {
    if (open !== type) {
      yield* begin({ type })
      open = type
    }
    const part = parts - 1
    if (type === 'text') texts.set(part, (texts.get(part) ?? '') + text)
    if (text !== '') yield { type: 'delta', choice, part, text }
  }
  function* seal(said: Extract<Part, { type: 'reasoning' | 'tool_call' }>): Generator<StreamEvent> {
    if (said.seal) yield { type: 'seal', choice, part: parts - 1, seal: said.seal }
  }
  function* say(said: Part): Generator<StreamEvent> {
    if (said.type === 'text') return yield* grow('text', said.text)
    if (said.type === 'reasoning') {
      // What seals another part is a reasoning of its own.
      if (said.seal?.kind !== undefined) yield* close()
      yield* grow('reasoning', said.text)
      yield* seal(said)
      if (said.seal) yield* close()
      return
    }
    if (said.type === 'tool_result' || said.type === 'refusal') return
    if (said.type === 'tool_call') {
      calls = true
      const { id, name } = said
      yield* begin({ type: 'tool_call', id, name })
      yield { type: 'delta', choice, part: parts - 1, text: said.arguments }
      yield* seal(said)
    } else yield* begin(said)
    yield { type: 'close', choice, part: parts - 1 }
  }

  function* cite(metadata: unknown): Generator<StreamEvent> {
    const numbers = [...texts.keys()]
    for (const { text, citation } of readGrounding(metadata, [...texts.values()])) {
      const part = numbers[text]
      // A part that is closed says no more: citations come in the last chunk, with the text that ends in it.
      if (open === 'text' && part === parts - 1) yield { type: 'cite', choice, part, citation }
    }
  }

  return {
    *push(candidate) {
      const content = field(candidate, 'content')
      const said = isObject(content) ? objectsField(content, 'parts') : []
      for (const part of said) for (const neutral of readPart(part, ids)) yield* say(neutral)
      reason = textField(candidate, 'finishReason') ?? reason
      yield* cite(field(candidate, 'groundingMetadata'))
    },
    *end() {
      yield* close()
      return reason === undefined ? undefined : { reason: readFinish(reason, calls) }
    },
  }
}
