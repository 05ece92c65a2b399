import type { Part } from '../../neutral/part.ts'
import { ON_PART } from './thought-signatures.ts'

/**
 * Clients keep a stream's chunks as they came: a text in as many parts, and a thought's signature behind the thought. Put
 * back together what was one part, so that whoever has sealed a thought finds all of it.
 */
export function joinPieces(pieces: readonly Part[]): Part[] {
  const parts: Part[] = []
  for (const piece of pieces) {
    const last = parts.at(-1)
    const whole = last && joined(last, piece)
    if (whole) parts[parts.length - 1] = whole
    else parts.push(piece)
  }
  return parts
}

function joined(before: Part, piece: Part): Part | undefined {
  if (before.type === 'text' && piece.type === 'text') return { type: 'text', text: before.text + piece.text }
  if (before.type !== 'reasoning' || piece.type !== 'reasoning') return undefined
  // A sealed thought is complete; what seals another part is no piece of a thought.
  if (before.seal || piece.seal?.kind === ON_PART) return undefined
  return { ...piece, text: before.text + piece.text }
}
