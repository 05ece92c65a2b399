import type { Citation, Seal } from './part.ts'
import type { OpenedPart, StreamEvent } from './stream.ts'

/** A part of an answer while it is told. */
export interface ToldPart {
  /** Its number in the choice, in the order in which they are opened. */
  readonly part: number
  readonly of: OpenedPart
  /** Something of its text has been told. */
  readonly begun: boolean
  readonly cites: boolean
}

/** Tells the parts of one choice in the order that is promised: opened, its deltas, what it cites, its seal, closed. */
export interface PartEvents {
  readonly parts: readonly ToldPart[]
  open(of: OpenedPart): ToldPart
  /** What comes when a part is closed already is not told. */
  tell(told: ToldPart, text: unknown): void
  cite(told: ToldPart, citations: readonly Citation[]): void
  /** Known early or late, and told when the part is closed. */
  seal(told: ToldPart, seal: Seal | undefined): void
  close(told: ToldPart): void
  /** The events since the last time. */
  take(): readonly StreamEvent[]
}

interface Telling extends ToldPart {
  begun: boolean
  cites: boolean
  closed: boolean
  seal: Seal | undefined
}

/** @param events Where they are told: one list for all choices, where whoever reads the stream takes from that. */
export function partEvents(choice: number, events: StreamEvent[] = []): PartEvents {
  const parts: Telling[] = []
  const tellingOf = ({ part }: ToldPart) => parts[part]!
  return {
    parts,
    open(of) {
      const told = { part: parts.length, of, begun: false, cites: false, closed: false, seal: undefined }
      parts.push(told)
      events.push({ type: 'open', choice, part: told.part, of })
      return told
    },
    tell(told, text) {
      const telling = tellingOf(told)
      if (telling.closed || typeof text !== 'string' || text === '') return
      telling.begun = true
      events.push({ type: 'delta', choice, part: telling.part, text })
    },
    cite(told, citations) {
      const telling = tellingOf(told)
      if (telling.closed) return
      telling.cites ||= citations.length > 0
      for (const citation of citations) events.push({ type: 'cite', choice, part: telling.part, citation })
    },
    seal(told, seal) {
      const telling = tellingOf(told)
      telling.seal = seal ?? telling.seal
    },
    close(told) {
      const telling = tellingOf(told)
      if (telling.closed) return
      telling.closed = true
      const { part, seal } = telling
      if (seal) events.push({ type: 'seal', choice, part, seal })
      events.push({ type: 'close', choice, part })
    },
    take: () => events.splice(0),
  }
}
