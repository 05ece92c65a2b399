import type { Veto } from './guards/compare.ts'
import type { Judgement } from './labels/judge.ts'

/** What the semantic tier has done since this process began: counts, and nano-USD where the name says so. */
export interface Tallies {
  /** Calls that it was asked about. */
  asked: number
  hits: number
  audits: number
  /** Audits that found a wrong answer. */
  wrong: number
  /** Would-be hits that shadow mode has not served. */
  shadowed: number
  readonly misses: Record<string, number>
  readonly vetoes: Partial<Record<Veto, number>>
  readonly labels: Record<Judgement, number>
}

export function tallies(): Tallies {
  return {
    asked: 0,
    hits: 0,
    audits: 0,
    wrong: 0,
    shadowed: 0,
    misses: {},
    vetoes: {},
    labels: { same: 0, different: 0, unsure: 0 },
  }
}

export function count<Word extends string>(counts: Partial<Record<Word, number>>, word: Word): void {
  counts[word] = (counts[word] ?? 0) + 1
}
