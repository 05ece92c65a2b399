import type { ConversationEndpoint } from '../endpoint.ts'
import type { Conversation } from './conversation.ts'
import type { Part, Seal } from './part.ts'

/** Whether a provider can read a seal: its dialect's, and its own where those of one dialect cannot read each other's. */
export function isReadable(seal: Seal, to: ConversationEndpoint, by: string | undefined): boolean {
  return seal.from === to && (seal.by === undefined || seal.by === by)
}

/**
 * A conversation without the seals that a provider of the same dialect could not read: it would refuse the whole request.
 * What was thought goes with its seal, since that is what makes it readable; a call stays, unsigned. Seals of other dialects
 * are the writers' matter.
 */
export function withReadableSeals(
  conversation: Conversation,
  to: ConversationEndpoint,
  by: string | undefined,
): Conversation {
  const strange = ({ from, by: sealer }: Seal) =>
    from === to && !isReadable({ from, by: sealer } as Seal, to, by)
  const keep = (part: Part): Part[] => {
    if (!('seal' in part) || !part.seal || !strange(part.seal)) return [part]
    if (part.type !== 'tool_call') return []
    const { seal: _, ...unsigned } = part
    return [unsigned]
  }
  if (!conversation.turns.some(({ parts }) => parts.some((part) => 'seal' in part))) return conversation
  return {
    ...conversation,
    turns: conversation.turns.map((turn) => ({ ...turn, parts: turn.parts.flatMap(keep) })),
  }
}
