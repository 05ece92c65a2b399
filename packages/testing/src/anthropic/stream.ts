import { type Place, placeFinder } from '../model/blocks.ts'
import { sealOf } from '../model/seal.ts'
import type { StreamEvent, StreamPlan } from '../plan.ts'
import type { ProviderUsage } from '../prices.ts'
import type { Piece } from '../text.ts'
import { begunOf, deltaOf } from './content.ts'
import { spokenError } from './errors.ts'
import { lastUsage } from './usage.ts'

interface Told {
  readonly requestId: string
  /** What the client is told of what the model has generated. */
  readonly said: readonly Piece[]
  /** The message before there is anything in it. */
  readonly begun: (usage: ProviderUsage) => object
  readonly stopReason: string
  readonly tellsUsage: boolean
}

/** The events of a message: https://platform.claude.com/docs/en/build-with-claude/streaming#event-types */
export function messagesStream({ requestId, said, begun, stopReason, tellsUsage }: Told): StreamPlan {
  const placeOf = placeFinder(said)
  return {
    head: (usage) => [event('message_start', { message: begun(usage) }), event('ping', {})],
    chunk(_, piece) {
      const place = placeOf(piece)
      return place ? tell(place, piece, requestId) : []
    },
    tail: (usage) => [
      event('message_delta', {
        delta: { stop_reason: stopReason, stop_sequence: null, stop_details: null, container: null },
        ...(tellsUsage ? { usage: lastUsage(usage) } : {}),
      }),
      event('message_stop', {}),
    ],
    error: (refusal) => ({ name: 'error', data: spokenError(refusal).text }),
  }
}

function event(name: string, fields: object): StreamEvent {
  return { name, data: JSON.stringify({ type: name, ...fields }) }
}

/** What a piece gives rise to: the beginning of its block, its delta, and the end of its block, signed if it was thought. */
function tell(
  { block, first, last }: Place,
  { text, tool, thought }: Piece,
  requestId: string,
): StreamEvent[] {
  const { index, kind } = block
  const isSaid = thought !== 'hidden' && tool?.opens === undefined
  const delta = (said: object) => event('content_block_delta', { index, delta: said })
  return [
    ...(first ? [event('content_block_start', { index, content_block: begunOf(block, requestId) })] : []),
    ...(isSaid ? [delta(deltaOf(block, text))] : []),
    ...(last && kind === 'thought'
      ? [delta({ type: 'signature_delta', signature: sealOf(block.text) })]
      : []),
    ...(last ? [event('content_block_stop', { index })] : []),
  ]
}
