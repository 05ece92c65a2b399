import type { Citation, Seal } from '../neutral/part.ts'
import type { OpenedPart, StreamEvent } from '../neutral/stream.ts'

/** A part of an answer while it comes. */
export interface Told {
  readonly part: number
  readonly of: OpenedPart
  /** Something of its text has been told. */
  readonly begun: boolean
  readonly cites: boolean
}

/** Tells the parts of one choice in the order that is promised: opened, its deltas, what it cites, its seal, closed. */
export interface Telling {
  readonly parts: readonly Told[]
  open(of: OpenedPart): Told
  /** What comes when a part is closed already is not told. */
  tell(told: Told, text: unknown): void
  cite(told: Told, citations: readonly Citation[]): void
  /** Known early or late, and told when the part is closed. */
  seal(told: Told, seal: Seal | undefined): void
  close(told: Told): void
  /** The events since the last time. */
  take(): readonly StreamEvent[]
}

interface Coming extends Told {
  begun: boolean
  cites: boolean
  closed: boolean
  seal: Seal | undefined
}

export function telling(choice: number): Telling {
  const parts: Coming[] = []
  const events: StreamEvent[] = []
  const comingOf = ({ part }: Told) => parts[part]!
  return {
    parts,
    open(of) {
      const told = { part: parts.length, of, begun: false, cites: false, closed: false, seal: undefined }
      parts.push(told)
      events.push({ type: 'open', choice, part: told.part, of })
      return told
    },
    tell(told, text) {
      const coming = comingOf(told)
      if (coming.closed || typeof text !== 'string' || text === '') return
      coming.begun = true
      events.push({ type: 'delta', choice, part: coming.part, text })
    },
    cite(told, citations) {
      const coming = comingOf(told)
      if (coming.closed) return
      coming.cites ||= citations.length > 0
      for (const citation of citations) events.push({ type: 'cite', choice, part: coming.part, citation })
    },
    seal(told, seal) {
      const coming = comingOf(told)
      coming.seal = seal ?? coming.seal
    },
    close(told) {
      const coming = comingOf(told)
      if (coming.closed) return
      coming.closed = true
      const { part, seal } = coming
      if (seal) events.push({ type: 'seal', choice, part, seal })
      events.push({ type: 'close', choice, part })
    },
    take: () => events.splice(0),
  }
}
