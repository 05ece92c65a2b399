import { isObject, type JsonObject } from '../../json.ts'
import { partEvents, type ToldPart } from '../../neutral/part-events.ts'
import type { OpenedPart, StreamEvent } from '../../neutral/stream.ts'
import { citationsOf } from '../citations.ts'
import { piecesOf, readImages } from './answer-reader.ts'
import { callDecoder } from './call-decoder.ts'
import { readFinish } from './finish.ts'
import { detailsOf, plainReasoning, sealOfDetail, textOfDetail } from './reasoning.ts'

/** One choice of a stream: its deltas as events of its parts, which it tells to the list that it was given. */
export interface ChoiceDecoder {
  push(choice: JsonObject): void
  /** The provider has said why it ended. */
  hasEnded(): boolean
  /** Closes what is still open. */
  close(): void
  finish(): StreamEvent
}

/** What is being said: one kind after the other, while tool calls run beside it. */
interface Saying {
  readonly told: ToldPart
  /** The entry of `reasoning_details` that it is. */
  readonly detail: string | undefined
}

export function choiceDecoder(choice: number, answerId: string, into: StreamEvent[]): ChoiceDecoder {
  const events = partEvents(choice, into)
  let saying: Saying | undefined
  let reason: unknown

  const open = (of: OpenedPart): ToldPart => {
    if (saying) events.close(saying.told)
    saying = undefined
    return events.open(of)
  }
  const calls = callDecoder({ ...events, open }, answerId)

  const say = (type: 'text' | 'refusal' | 'reasoning', text: string, detail?: string): ToldPart => {
    const goesOn = saying?.told.of.type === type && saying.detail === detail
    const { told } = goesOn && saying ? saying : { told: open({ type }) }
    saying = { told, detail }
    events.tell(told, text)
    return told
  }
  const think = (delta: JsonObject) => {
    const details = detailsOf(delta)
    for (const detail of details) {
      const told = say('reasoning', textOfDetail(detail), `${detail.type} ${detail.index ?? 0}`)
      events.seal(told, sealOfDetail(detail))
    }
    const plain = details.length === 0 ? plainReasoning(delta) : undefined
    if (plain) events.seal(say('reasoning', plain.text), plain.seal)
  }
  const speak = ({ content, refusal, annotations }: JsonObject) => {
    for (const { type, text } of piecesOf(content)) if (text !== '') say(type, text)
    if (typeof refusal === 'string' && refusal !== '') say('refusal', refusal)
    if (saying?.told.of.type === 'text') events.cite(saying.told, citationsOf(annotations))
  }

  return {
    hasEnded: () => reason !== undefined,
    push({ delta, message, finish_reason: finishReason }) {
      // Some providers send an answer that was not streamed as one message.
      const said = isObject(delta) ? delta : isObject(message) ? message : {}
      think(said)
      speak(said)
      for (const image of readImages(said)) events.close(open(image))
      calls.push(said)
      if (typeof finishReason === 'string' && finishReason !== '') reason = finishReason
    },
    close() {
      calls.close()
      for (const told of events.parts) events.close(told)
    },
    finish() {
      const has = (type: OpenedPart['type']) => events.parts.some(({ of }) => of.type === type)
      const said = { hasCalls: has('tool_call'), hasRefusal: has('refusal') }
      return { type: 'finish', choice, finish: readFinish(reason, said) }
    },
  }
}
