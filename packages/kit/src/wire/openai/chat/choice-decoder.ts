import { isObject, type JsonObject } from '../../json.ts'
import type { Seal } from '../../neutral/part.ts'
import type { OpenedPart, StreamEvent } from '../../neutral/stream.ts'
import { citationsOf } from '../citations.ts'
import { piecesOf, readImages } from './answer-reader.ts'
import { callDecoder } from './call-decoder.ts'
import { readFinish } from './finish.ts'
import { detailsOf, plainReasoning, sealOfDetail, textOfDetail } from './reasoning.ts'

/** One choice of a stream: its deltas as events of its parts. */
export interface ChoiceDecoder {
  push(choice: JsonObject): readonly StreamEvent[]
  /** The provider has said why it ended. */
  readonly finished: boolean
  /** Closes what is still open. */
  close(): readonly StreamEvent[]
  finish(): StreamEvent
}

/** What is being said: one kind after the other, while tool calls run beside it. */
interface Saying {
  readonly part: number
  readonly type: 'text' | 'refusal' | 'reasoning'
  /** The entry of `reasoning_details` that it is. */
  readonly detail: string | undefined
  seal?: Seal | undefined
}

export function choiceDecoder(choice: number, answerId: string): ChoiceDecoder {
  let parts = 0
  let saying: Saying | undefined
  let reason: unknown
  let hasRefusal = false
  const events: StreamEvent[] = []

  const emit = (event: StreamEvent) => events.push(event)
  const hush = () => {
    if (!saying) return
    const { part, seal } = saying
    if (seal) emit({ type: 'seal', choice, part, seal })
    emit({ type: 'close', choice, part })
    saying = undefined
  }
  const open = (of: OpenedPart): number => {
    hush()
    const part = parts
    parts += 1
    emit({ type: 'open', choice, part, of })
    return part
  }
  const calls = callDecoder({ choice, answerId, open, emit })

  const say = (type: Saying['type'], text: string, detail?: string): Saying => {
    const said =
      saying?.type === type && saying.detail === detail ? saying : { part: open({ type }), type, detail }
    saying = said
    if (text !== '') emit({ type: 'delta', choice, part: said.part, text })
    return said
  }
  const think = (delta: JsonObject) => {
    const details = detailsOf(delta)
    for (const detail of details) {
      const thought = say('reasoning', textOfDetail(detail), `${detail.type} ${detail.index ?? 0}`)
      thought.seal = sealOfDetail(detail) ?? thought.seal
    }
    const plain = details.length === 0 ? plainReasoning(delta) : undefined
    if (plain) say('reasoning', plain.text).seal = plain.seal
  }
  const speak = ({ content, refusal, annotations }: JsonObject) => {
    for (const { type, text } of piecesOf(content)) if (text !== '') say(type, text)
    if (typeof refusal === 'string' && refusal !== '') {
      hasRefusal = true
      say('refusal', refusal)
    }
    for (const citation of citationsOf(annotations)) {
      if (saying?.type === 'text') emit({ type: 'cite', choice, part: saying.part, citation })
    }
  }

  const take = (): readonly StreamEvent[] => events.splice(0)

  return {
    get finished() {
      return reason !== undefined
    },
    push({ delta, message, finish_reason: finishReason }) {
      // Some providers send the last of a stream as a message.
      const said = isObject(delta) ? delta : isObject(message) && parts === 0 ? message : {}
      think(said)
      speak(said)
      for (const image of readImages(said)) emit({ type: 'close', choice, part: open(image) })
      calls.push(said)
      if (typeof finishReason === 'string' && finishReason !== '') reason = finishReason
      return take()
    },
    close() {
      hush()
      calls.close()
      return take()
    },
    finish: () => ({
      type: 'finish',
      choice,
      finish: readFinish(reason, { hasCalls: calls.any, hasRefusal }),
    }),
  }
}
