import { isObject, type JsonObject } from '../../json.ts'
import type { Finish } from '../../neutral/answer.ts'
import type { Part } from '../../neutral/part.ts'
import { partEvents, type ToldPart } from '../../neutral/part-events.ts'
import type { OpenedPart, StreamEvent } from '../../neutral/stream.ts'
import { field, objectsField, textField } from '../fields.ts'
import type { CallIds } from './call-ids.ts'
import { readGrounding } from './citations.ts'
import { readFinish } from './finish.ts'
import { readPart } from './parts-reader.ts'

/**
 * One candidate while it comes: pieces of a text are parts that repeat, everything else comes whole. What it has to tell, it
 * tells to the list that it was given.
 */
export interface CandidateDecoder {
  push(candidate: JsonObject): void
  /** It is over; returns why it ended, undefined when nobody said. */
  end(): Finish | undefined
}

export function candidateDecoder(choice: number, ids: CallIds, into: StreamEvent[]): CandidateDecoder {
  const events = partEvents(choice, into)
  /** The text or the thought that goes on. */
  let open: ToldPart | undefined
  let reason: string | undefined
  /** What has been said in each text. */
  const texts = new Map<ToldPart, string>()

  const close = () => {
    if (open) events.close(open)
    open = undefined
  }
  const begin = (of: OpenedPart): ToldPart => {
    close()
    return events.open(of)
  }
  const grow = (type: 'text' | 'reasoning', text: string): ToldPart => {
    const told = open?.of.type === type ? open : begin({ type })
    open = told
    if (type === 'text') texts.set(told, (texts.get(told) ?? '') + text)
    events.tell(told, text)
    return told
  }
  const think = ({ text, seal }: Extract<Part, { type: 'reasoning' }>) => {
    // What seals another part is a reasoning of its own.
    if (seal?.kind !== undefined) close()
    events.seal(grow('reasoning', text), seal)
    if (seal) close()
  }
  const say = (said: Part) => {
    switch (said.type) {
      case 'text':
        grow('text', said.text)
        return
      case 'reasoning':
        return think(said)
      case 'tool_call': {
        const { type, id, name, seal } = said
        const told = begin({ type, id, name })
        events.tell(told, said.arguments)
        events.seal(told, seal)
        return events.close(told)
      }
      case 'tool_result':
      case 'refusal':
        return
      default:
        events.close(begin(said))
    }
  }
  const cite = (metadata: unknown) => {
    const told = [...texts.keys()]
    for (const { text, citation } of readGrounding(metadata, [...texts.values()])) {
      const cites = told[text]
      // A part that is closed says no more: citations come in the last chunk, with the text that ends in it.
      if (cites) events.cite(cites, [citation])
    }
  }

  return {
    push(candidate) {
      const content = field(candidate, 'content')
      const said = isObject(content) ? objectsField(content, 'parts') : []
      for (const part of said) for (const neutral of readPart(part, ids)) say(neutral)
      reason = textField(candidate, 'finishReason') ?? reason
      const grounding = field(candidate, 'groundingMetadata')
      if (grounding) cite(grounding)
    },
    end() {
      close()
      const hasCalls = events.parts.some(({ of }) => of.type === 'tool_call')
      return reason === undefined ? undefined : { reason: readFinish(reason, hasCalls) }
    },
  }
}
