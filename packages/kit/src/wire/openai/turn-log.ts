import type { Turn } from '../neutral/conversation.ts'
import type { Part, Seal } from '../neutral/part.ts'

/** Turns while they are read. Parts are added in place: a client chooses how many there are, and each is touched once. */
export interface TurnLog {
  readonly turns: readonly Turn[]
  add(turn: Turn): void
  /** Give an earlier call the seal that was sent apart from it. */
  seal(callId: string, seal: Seal): void
}

/** @param joined The roles whose turns go on where the one before is the same's. */
export function turnLog(joined: ReadonlySet<Turn['role']>): TurnLog {
  const turns: (Turn & { readonly parts: Part[] })[] = []
  const calls = new Map<string, { readonly parts: Part[]; readonly at: number }>()
  return {
    turns,
    add(turn) {
      let last = turns.at(-1)
      if (last?.role !== turn.role || !joined.has(turn.role)) {
        last = { ...turn, parts: [] }
        turns.push(last)
      }
      const { parts } = last
      for (const part of turn.parts) {
        if (part.type === 'tool_call') calls.set(part.id, { parts, at: parts.length })
        parts.push(part)
      }
    },
    seal(callId, seal) {
      const found = calls.get(callId)
      const call = found?.parts[found.at]
      if (found && call?.type === 'tool_call') found.parts[found.at] = { ...call, seal }
    },
  }
}
