import { isObject, type JsonObject } from '../../json.ts'
import type { Part } from '../../neutral/part.ts'
import { type PartEvents, partEvents, type ToldPart } from '../../neutral/part-events.ts'
import { openedAs, textOf } from '../../neutral/replay.ts'
import type { OpenedPart, StreamEvent } from '../../neutral/stream.ts'
import { citationsOf } from '../citations.ts'
import { readOutputItem } from './answer-reader.ts'
import { isKeeper } from './kept-items.ts'
import { PARAGRAPH, readReasoning, sealedCall } from './reasoning.ts'

/** The items of one stream as parts. */
export interface ItemsDecoder {
  push(event: JsonObject): readonly StreamEvent[]
  /** Everything is said: closes what is open; of an answer whose items never came by themselves, tells them all. */
  close(output: readonly JsonObject[]): readonly StreamEvent[]
  /** What has been said, by its kind. */
  kinds(): readonly Pick<Part, 'type'>[]
}

/** Where an event belongs: to an item, by its place in the answer, or to a part of a message, by its place in that too. */
const itemKey = ({ output_index: item }: JsonObject) => `${item}`
const partKey = ({ output_index: item, content_index: content }: JsonObject) => `${item}.${content ?? 0}`

export function itemsDecoder(): ItemsDecoder {
  const events = partEvents(0)
  const byKey = new Map<string, ToldPart>()
  const open = (key: string, of: OpenedPart): ToldPart => {
    const told = byKey.get(key) ?? events.open(of)
    byKey.set(key, told)
    return told
  }
  const handlers = handlersOf(events, { open, find: (key) => byKey.get(key) })
  const read = (event: JsonObject) => handlers.get(event.type)?.(event)
  return {
    push(event) {
      read(event)
      return events.take()
    },
    close(output) {
      const unseen = events.parts.length === 0 ? output : []
      for (const [index, item] of unseen.entries())
        read({ type: 'response.output_item.done', output_index: index, item })
      for (const told of events.parts) events.close(told)
      return events.take()
    },
    kinds: () => events.parts.map(({ of }) => of),
  }
}

interface Parts {
  open(key: string, of: OpenedPart): ToldPart
  find(key: string): ToldPart | undefined
}

type Handlers = ReadonlyMap<unknown, (event: JsonObject) => void>

/** What each event says. Some servers of this dialect give no deltas, and a text only when it is whole. */
function handlersOf(events: PartEvents, { open, find }: Parts): Handlers {
  const paragraphs = new Map<ToldPart, unknown>()
  const calledInFull = new Set<ToldPart>()

  const think = (event: JsonObject, paragraph: unknown) => {
    const told = open(itemKey(event), { type: 'reasoning' })
    if (told.begun && paragraphs.get(told) !== paragraph) events.tell(told, PARAGRAPH)
    paragraphs.set(told, paragraph)
    events.tell(told, event.delta)
  }
  const call = (event: JsonObject) => {
    const told = find(itemKey(event))
    if (told) events.tell(told, event.delta)
  }
  const complete = (key: string, part: Part) => {
    const of = openedAs(part)
    if (!of) return
    const told = open(key, of)
    if (!told.begun) events.tell(told, textOf(part))
    if (part.type === 'text' && !told.cites) events.cite(told, part.citations ?? [])
    if (part.type === 'reasoning') events.seal(told, part.seal)
    // What seals a call may follow, in an item of its own.
    if (part.type === 'tool_call') calledInFull.add(told)
    else events.close(told)
  }
  const begin = (event: JsonObject) => {
    const item = objectIn(event, 'item')
    if (sealedCall(item) !== undefined || isKeeper(item)) return
    for (const told of calledInFull) events.close(told)
    if (!OPENED_AT_ONCE.has(item.type)) return
    for (const part of readOutputItem(item)) open(itemKey(event), openedAs(part)!)
  }
  const end = (event: JsonObject) => {
    const item = objectIn(event, 'item')
    if (isKeeper(item)) return
    const callId = sealedCall(item)
    const sealed = events.parts.find(({ of }) => of.type === 'tool_call' && of.id === callId)
    if (sealed) return events.seal(sealed, readReasoning(item).seal)
    readOutputItem(item).forEach((part, index) => {
      complete(item.type === 'message' ? partKey({ ...event, content_index: index }) : itemKey(event), part)
    })
  }
  const endPart = (event: JsonObject) => {
    const message = { type: 'message', content: [event.part] }
    for (const part of readOutputItem(message)) complete(partKey(event), part)
  }
  const say = (type: 'text' | 'refusal') => (event: JsonObject) =>
    events.tell(open(partKey(event), { type }), event.delta)

  return new Map<unknown, (event: JsonObject) => void>([
    ['response.output_item.added', begin],
    ['response.output_item.done', end],
    ['response.content_part.done', endPart],
    ['response.output_text.delta', say('text')],
    ['response.refusal.delta', say('refusal')],
    [
      'response.output_text.annotation.added',
      (event) => events.cite(open(partKey(event), { type: 'text' }), citationsOf([event.annotation])),
    ],
    ['response.reasoning_summary_text.delta', (event) => think(event, event.summary_index ?? 0)],
    ['response.reasoning_text.delta', (event) => think(event, event.content_index ?? 0)],
    ['response.function_call_arguments.delta', call],
    ['response.custom_tool_call_input.delta', call],
  ])
}

/** Of these all is known at once but for their text. */
const OPENED_AT_ONCE: ReadonlySet<unknown> = new Set(['function_call', 'custom_tool_call', 'reasoning'])

function objectIn(event: JsonObject, name: string): JsonObject {
  const value = event[name]
  return isObject(value) ? value : {}
}
