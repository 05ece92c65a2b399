import { CONFIDENCE, clopperPearson } from './clopper-pearson.ts'
import type { Count } from './fisher.ts'

/**
 * `learning`: not enough audits, or too many wrong ones, to say that the rate is kept. `certified`: the upper bound of
 * what the audits found is at most the rate. `off`: nothing is served for a while.
 */
export type Standing = 'learning' | 'certified' | 'off'

/** What a group's audits say of its wrong answers per hit: for metrics, headers and the admin API. */
export interface Certificate {
  readonly standing: Standing
  /** The share of wrong answers among hits that its operator allows. */
  readonly delta: number
  /** What the rule aims at now: at most delta, less after an alarm. */
  readonly aim: number
  /** In the window, which reaches back to the last alarm or change. */
  readonly audits: number
  readonly wrong: number
  /** One-sided Clopper–Pearson bounds of the rate, each at this confidence. */
  readonly lower: number
  readonly upper: number
  readonly confidence: number
  /** While it is off; milliseconds since the epoch. */
  readonly offUntilMs?: number
}

export function certify(window: Count, state: Pick<Certificate, 'standing' | 'delta' | 'aim'>): Certificate {
  const bounds = window.trials === 0 ? { lower: 0, upper: 1 } : clopperPearson(window.events, window.trials)
  return { ...state, audits: window.trials, wrong: window.events, ...bounds, confidence: CONFIDENCE }
}

/** Audits without a wrong answer among them that it takes to certify a rate, at 95 %: 150 for 2 %, 300 for 1 %. */
export function auditsToCertify(delta: number): number {
  return Math.ceil(3 / delta)
}
