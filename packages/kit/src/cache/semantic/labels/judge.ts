import type { NanoUsd } from '../../../core/money.ts'

/** What is compared: would the kept answer have done for the question that was just asked? */
export interface Pair {
  readonly question: string
  readonly freshAnswer: string
  readonly keptQuestion: string
  readonly keptAnswer: string
}

/** What is not certain is no label: it is thrown away. */
export type Judgement = 'same' | 'different' | 'unsure'

export interface Judged {
  readonly judgement: Judgement
  /** What asking cost; it is in the books already. */
  readonly costNanoUsd: NanoUsd
}

/**
 * Says whether one answer would have done for another question. Off every request's path; what it throws is unsure, and an
 * error that has `costNanoUsd` says what it was charged all the same.
 */
export type Judge = (pair: Pair, signal: AbortSignal) => Promise<Judged>
