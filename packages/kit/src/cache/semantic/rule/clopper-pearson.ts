import { betaQuantile } from './incomplete-beta.ts'

/** Bounds of a rate, each of which holds with its own confidence. */
export interface Bounds {
  readonly lower: number
  readonly upper: number
}

export const CONFIDENCE = 0.95

/**
 * Between what a rate is, after `events` of `trials`: exact one-sided bounds, from the binomial distribution itself.
 * C. J. Clopper, E. S. Pearson: The use of confidence or fiducial limits, Biometrika 26 (1934).
 */
export function clopperPearson(events: number, trials: number, confidence: number = CONFIDENCE): Bounds {
  return {
    lower: events === 0 ? 0 : betaQuantile(1 - confidence, events, trials - events + 1),
    upper: events === trials ? 1 : betaQuantile(confidence, events + 1, trials - events),
  }
}
