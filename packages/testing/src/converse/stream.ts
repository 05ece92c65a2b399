import { type Place, placeFinder } from '../model/blocks.ts'
import type { StreamEvent, StreamPlan } from '../plan.ts'
import type { Piece } from '../text.ts'
import { usageBody } from './usage.ts'

interface Told {
  readonly told: readonly Piece[]
  readonly stopReason: string
  readonly tellsUsage: boolean
  readonly id: string
}

/** The events of an answer: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html */
export function converseStream({ told, stopReason, tellsUsage, id }: Told): StreamPlan {
  const placeOf = placeFinder(told)
  return {
    head: () => [event('messageStart', { role: 'assistant' })],
    chunk(_, piece) {
      const place = piece.thought === 'hidden' ? undefined : placeOf(piece)
      return place ? tell(place, piece, id) : []
    },
    tail: (usage) => [
      event('messageStop', { stopReason }),
      ...(tellsUsage ? [event('metadata', { usage: usageBody(usage), metrics: { latencyMs: 1 } })] : []),
    ],
    error: ({ message }) => event('modelStreamErrorException', { message }),
  }
}

function event(name: string, fields: object): StreamEvent {
  return { name, data: JSON.stringify(fields) }
}

/** Only calls are announced; texts and thoughts begin with their first delta. */
function tell({ block, first, last }: Place, { text, tool }: Piece, id: string): StreamEvent[] {
  const { index: contentBlockIndex, kind, name } = block
  const toolUse = { toolUseId: `tooluse_${id}_${contentBlockIndex}`, name }
  const said = deltaOf(kind, text)
  return [
    ...(first && kind === 'call'
      ? [event('contentBlockStart', { start: { toolUse }, contentBlockIndex })]
      : []),
    ...(tool?.opens === undefined ? [event('contentBlockDelta', { delta: said, contentBlockIndex })] : []),
    ...(last && kind === 'thought'
      ? [
          event('contentBlockDelta', {
            delta: { reasoningContent: { signature: `sig_${id}` } },
            contentBlockIndex,
          }),
        ]
      : []),
    ...(last ? [event('contentBlockStop', { contentBlockIndex })] : []),
  ]
}

function deltaOf(kind: Place['block']['kind'], text: string): object {
  if (kind === 'thought') return { reasoningContent: { text } }
  return kind === 'text' ? { text } : { toolUse: { input: text } }
}
