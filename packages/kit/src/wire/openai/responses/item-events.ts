import type { JsonObject } from '../../json.ts'
import type { GrowingPart } from '../../neutral/growing-part.ts'

/** Writes one event of a stream, and counts it. */
export type WriteEvent = (type: string, said: JsonObject) => string

/** A part while it comes, at its place in the answer. */
export interface GrowingItem extends GrowingPart {
  /** The place of its item, and its id. */
  readonly index: number
  readonly id: string
  /** Of a text or a refusal: its place in the message. */
  readonly content: number
}

/** Where the events of a text or a refusal say that it stands. */
export function placeOf({ id, index, content }: Pick<GrowingItem, 'id' | 'index' | 'content'>): JsonObject {
  return { item_id: id, output_index: index, content_index: content }
}

/** The events of some more of it, before it has grown. */
export function addDelta(event: WriteEvent, said: GrowingItem, delta: string): string {
  const { of, id, index, text } = said
  switch (of.type) {
    case 'text':
      return event('response.output_text.delta', { ...placeOf(said), delta, logprobs: [] })
    case 'refusal':
      return event('response.refusal.delta', { ...placeOf(said), delta })
    case 'reasoning':
      return (text === '' ? beginSummary(event, said) : '') + summary(event, said, 'text.delta', { delta })
    case 'tool_call':
      return event(`response.${argumentsOf(of.custom)}.delta`, { item_id: id, output_index: index, delta })
    default:
      return ''
  }
}

/** The events that end a text or a refusal, with the part as it is now. */
export function endContent(event: WriteEvent, said: GrowingItem, part: JsonObject): string {
  const { of, text } = said
  const place = placeOf(said)
  if (of.type === 'refusal') {
    const end = event('response.refusal.done', { ...place, refusal: text })
    return end + event('response.content_part.done', { ...place, part })
  }
  const annotations = part.annotations as readonly JsonObject[]
  const cited = annotations.map((annotation, at) =>
    event('response.output_text.annotation.added', { ...place, annotation_index: at, annotation }),
  )
  return [
    ...cited,
    event('response.output_text.done', { ...place, text, logprobs: [] }),
    event('response.content_part.done', { ...place, part }),
  ].join('')
}

function argumentsOf(custom: boolean | undefined): string {
  return custom ? 'custom_tool_call_input' : 'function_call_arguments'
}

/** The event that ends what a tool is called with. */
export function endArguments(event: WriteEvent, { of, id, index, text }: GrowingItem): string {
  const custom = of.type === 'tool_call' && of.custom
  const said = { item_id: id, output_index: index, [custom ? 'input' : 'arguments']: text }
  return event(`response.${argumentsOf(custom)}.done`, said)
}

/** A thought is shown as one summary, without paragraphs. */
function summary(event: WriteEvent, { id, index }: GrowingItem, type: string, said: JsonObject): string {
  const place = { item_id: id, output_index: index, summary_index: 0 }
  return event(`response.reasoning_summary_${type}`, { ...place, ...said })
}

function beginSummary(event: WriteEvent, said: GrowingItem): string {
  return summary(event, said, 'part.added', { part: { type: 'summary_text', text: '' } })
}

/** The events that end a thought that was shown. */
export function endSummary(event: WriteEvent, said: GrowingItem): string {
  const { text } = said
  if (text === '') return ''
  const part = { type: 'summary_text', text }
  return summary(event, said, 'text.done', { text }) + summary(event, said, 'part.done', { part })
}
