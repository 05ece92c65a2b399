import { type Place, placeFinder } from '../../model/blocks.ts'
import type { StreamEvent, StreamPlan } from '../../plan.ts'
import type { ProviderUsage } from '../../prices.ts'
import type { Piece } from '../../text.ts'
import { type Item, itemOf, type ThoughtsAsked, textPart } from './items.ts'

interface Told {
  readonly responseId: string
  readonly said: readonly Piece[]
  readonly thoughts: ThoughtsAsked
  /** The response while it is made. */
  readonly begun: object
  /** The response at its end. */
  readonly complete: (usage: ProviderUsage) => { readonly status: string }
}

/** The events of a response: https://platform.openai.com/docs/api-reference/responses-streaming */
export function responsesStream({ responseId, said, thoughts, begun, complete }: Told): StreamPlan {
  const placeOf = placeFinder(said)
  let sequence = 0
  const event = (name: string, fields: object): StreamEvent => {
    const data = JSON.stringify({ type: name, sequence_number: sequence, ...fields })
    sequence += 1
    return { name, data }
  }
  return {
    head: () => [
      event('response.created', { response: begun }),
      event('response.in_progress', { response: begun }),
    ],
    chunk(_, piece) {
      const place = placeOf(piece)
      if (!place) return []
      const item = itemOf(place.block, responseId, thoughts)
      return tell(place, piece, item).map(([name, fields]) => event(`response.${name}`, fields))
    },
    tail(usage) {
      const response = complete(usage)
      return [event(`response.${response.status}`, { response })]
    },
    error: ({ message, code, param, type }) =>
      event('error', { code: code ?? type ?? 'server_error', message, param: param ?? null }),
  }
}

type Said = readonly [name: string, fields: object]

/** What a piece gives rise to: the beginning of its item, its delta, and the end of its item. */
function tell({ block, first, last }: Place, { text, tool, thought }: Piece, item: Item): Said[] {
  const at = { output_index: block.index }
  const within = { ...at, item_id: (item.begun as { id: string }).id }
  const { opening, delta, closing } = WORDS[block.kind](within, block.text)
  const isSaid = thought !== 'hidden' && tool?.opens === undefined
  // A thought that nobody is shown has no summary to begin.
  const shows = block.kind !== 'thought' || block.text !== ''
  return [
    ...(first ? [['output_item.added', { ...at, item: item.begun }] as const] : []),
    ...(first && shows ? opening : []),
    ...(isSaid ? [[delta, { ...within, ...placeInItem(block.kind), delta: text }] as const] : []),
    ...(last && shows ? closing : []),
    ...(last ? [['output_item.done', { ...at, item: item.complete }] as const] : []),
  ]
}

function placeInItem(kind: Place['block']['kind']): object {
  if (kind === 'thought') return { summary_index: 0 }
  return kind === 'text' ? { content_index: 0, logprobs: [] } : {}
}

interface Words {
  readonly opening: readonly Said[]
  readonly delta: string
  readonly closing: readonly Said[]
}

const WORDS: Readonly<Record<Place['block']['kind'], (within: object, text: string) => Words>> = {
  thought: (within, text) => ({
    opening: [['reasoning_summary_part.added', { ...within, summary_index: 0, part: summaryPart('') }]],
    delta: 'reasoning_summary_text.delta',
    closing: [
      ['reasoning_summary_text.done', { ...within, summary_index: 0, text }],
      ['reasoning_summary_part.done', { ...within, summary_index: 0, part: summaryPart(text) }],
    ],
  }),
  text: (within, text) => ({
    opening: [['content_part.added', { ...within, content_index: 0, part: textPart('') }]],
    delta: 'output_text.delta',
    closing: [
      ['output_text.done', { ...within, content_index: 0, text, logprobs: [] }],
      ['content_part.done', { ...within, content_index: 0, part: textPart(text) }],
    ],
  }),
  call: (within, text) => ({
    opening: [],
    delta: 'function_call_arguments.delta',
    closing: [['function_call_arguments.done', { ...within, arguments: text }]],
  }),
}

function summaryPart(text: string): object {
  return { type: 'summary_text', text }
}
