import { type Evidence, halve, type Label, learn, noEvidence } from './evidence.ts'
import { LEAST_SIMILARITY } from './grid.ts'
import { fitPool, isTimeToFit, logPrior, type Pool, UNTAUGHT } from './pool.ts'
import { chanceOfSame, posterior } from './posterior.ts'

/** What is known of one entry, kept with it. The posterior is kept until the next label makes it stale. */
export interface Belief {
  evidence?: Evidence
  weights?: Float32Array
  /** The fit of the pool that the weights were made with. */
  fit?: number
}

/** What is believed of the entries of a group: by the labels of each, and by what those of all have in common. */
export interface Beliefs {
  /** How likely an entry's answer answers a question this alike, 0 to 1. */
  chance(belief: Belief, similarity: number): number
  take(belief: Belief, label: Label): void
  /** Believe all labels so far half as much. */
  doubt(): void
  /** An entry whose evidence was kept elsewhere, as it was after so many `doubts`: it is believed less for each since. */
  remember(belief: Belief, doubts: number): void
  /** Its entry is gone. */
  forget(belief: Belief): void
  /** How often all labels came to be believed half as much, since the first one. */
  readonly doubts: number
  state(): BeliefsState
  /** Go on from what was kept, whatever is known here. */
  resume(kept: BeliefsState): void
}

/** To be kept as JSON, and given back at the next start. */
export interface BeliefsState {
  readonly pool: Pool
  readonly labels: number
  readonly doubts: number
}

export function beliefs(): Beliefs {
  const labelled = new Set<Belief>()
  let pool = UNTAUGHT
  let labels = 0
  let doubts = 0
  let prior = logPrior(pool)
  let fit = 0
  let unlabelled = posterior(prior)

  function weightsOf(belief: Belief): Float32Array {
    if (!belief.evidence) return unlabelled
    if (belief.fit !== fit || !belief.weights) {
      belief.weights = posterior(prior, belief.evidence.likelihood)
      belief.fit = fit
    }
    return belief.weights
  }

  function believe(fitted: Pool): void {
    pool = fitted
    prior = logPrior(pool)
    unlabelled = posterior(prior)
    fit += 1
  }

  function refit(): void {
    const evidence = Array.from(labelled, ({ evidence }) => evidence!)
    believe(fitPool(pool, evidence))
  }

  return {
    chance: (belief, similarity) => chanceOfSame(weightsOf(belief), similarity),
    take(belief, label) {
      if (label.similarity < LEAST_SIMILARITY) return
      belief.evidence ??= noEvidence()
      learn(belief.evidence, label)
      delete belief.weights
      labelled.add(belief)
      labels += 1
      if (isTimeToFit(labels)) refit()
    },
    doubt() {
      for (const { evidence } of labelled) halve(evidence!)
      doubts += 1
      fit += 1
    },
    remember(belief, since) {
      if (!belief.evidence) return
      for (let at = since; at < doubts; at += 1) halve(belief.evidence)
      delete belief.weights
      labelled.add(belief)
    },
    forget: (belief) => void labelled.delete(belief),
    get doubts() {
      return doubts
    },
    state: () => ({ pool, labels, doubts }),
    resume(kept) {
      labels = kept.labels
      doubts = kept.doubts
      believe(kept.pool)
    },
  }
}
