import { type Audit, type AuditEvent, type AuditState, audit } from './audit.ts'
import type { Certificate } from './certificate.ts'
import { type Evidence, halve, type Label, learn, noEvidence } from './evidence.ts'
import { LEAST_SIMILARITY } from './grid.ts'
import { fitPool, isTimeToFit, logPrior, type Pool, UNTAUGHT } from './pool.ts'
import { chanceOfSame, posterior } from './posterior.ts'
import { surprise } from './surprise.ts'

/** What is known of one entry, kept with it. The posterior is kept until the next label makes it stale. */
export interface Belief {
  evidence?: Evidence
  weights?: Float32Array
  /** The fit of the pool that the weights were made with. */
  fit?: number
}

export interface Verdict {
  /** How likely the entry's answer answers this question, 0 to 1. */
  readonly chance: number
  readonly wouldServe: boolean
}

/**
 * Entries that learn together: those of one scope, encoder and route. The rule that decides between them, what it has
 * learnt, and the audit that watches it.
 */
export interface Group {
  decide(belief: Belief, similarity: number, options: DecideOptions): Verdict
  /** The share of would-be hits to audit instead of serving them. */
  auditRate(): number
  learn(belief: Belief, label: Label): void
  /** A would-be hit was answered by the provider and compared. Its label is learnt too. */
  audited(belief: Belief, label: Label, nowMs: number): AuditEvent
  /** An audit said nothing: its judge was unsure, or could not be asked. */
  unjudged(): void
  /** An entry whose evidence was kept elsewhere, as it was after so many `doubts`: it is believed less for each since. */
  remember(belief: Belief, doubts: number): void
  /** Its entry is gone. */
  forget(belief: Belief): void
  certificate(nowMs: number): Certificate
  /** How often all labels came to be believed half as much, since the first one. */
  readonly doubts: number
  state(): GroupState
  /** Go on from what was kept, whatever is known here. */
  resume(kept: GroupState): void
}

export interface DecideOptions {
  readonly nowMs: number
  /** What of the promised rate this pair may use: a quarter where a guard has its doubts, half where no words are known. */
  readonly share?: number
}

/** To be kept as JSON, and given back at the next start. */
export interface GroupState {
  readonly pool: Pool
  readonly labels: number
  readonly doubts: number
  readonly unjudged: number
  readonly surprise: number
  readonly audit: AuditState
}

export interface GroupOptions {
  /** The share of wrong answers among hits that is allowed, above 0 and at most 0.5. */
  readonly delta: number
  readonly coolDownMs?: number
}

/** So many audits in a row without a judgement, and everything is asked of the provider until there is one again. */
const MOST_UNJUDGED = 20

/** Of would-be hits, when labels are not what was believed: as after an audit that found something wrong. */
const SURPRISED_RATE = 0.5

export function group({ delta, coolDownMs }: GroupOptions): Group {
  const labelled = new Set<Belief>()
  const watched = { delta, ...(coolDownMs !== undefined && { coolDownMs }) }
  const surprised = surprise()
  let watch: Audit = audit(watched)
  let pool = UNTAUGHT
  let labels = 0
  let doubts = 0
  let unjudged = 0
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

  function take(belief: Belief, label: Label): void {
    if (label.similarity < LEAST_SIMILARITY) return
    belief.evidence ??= noEvidence()
    learn(belief.evidence, label)
    delete belief.weights
    labelled.add(belief)
    labels += 1
    if (isTimeToFit(labels)) refit()
  }

  function doubtAll(): void {
    for (const { evidence } of labelled) halve(evidence!)
    doubts += 1
    fit += 1
    surprised.clear()
  }

  return {
    decide(belief, similarity, { nowMs, share = 1 }) {
      if (similarity < LEAST_SIMILARITY) return { chance: 0, wouldServe: false }
      const chance = chanceOfSame(weightsOf(belief), similarity)
      const aim = watch.aim(nowMs) * share
      return { chance, wouldServe: aim > 0 && chance >= 1 - aim }
    },
    auditRate() {
      if (unjudged >= MOST_UNJUDGED) return 1
      return surprised.isHigh() ? SURPRISED_RATE : watch.rate()
    },
    learn(belief, label) {
      surprised.note(chanceOfSame(weightsOf(belief), label.similarity), label.same)
      take(belief, label)
    },
    audited(belief, label, nowMs) {
      unjudged = 0
      take(belief, label)
      const event = watch.note(!label.same, nowMs)
      if (event !== 'none') doubtAll()
      return event
    },
    unjudged() {
      unjudged += 1
    },
    remember(belief, since) {
      if (!belief.evidence) return
      for (let at = since; at < doubts; at += 1) halve(belief.evidence)
      delete belief.weights
      labelled.add(belief)
    },
    forget: (belief) => void labelled.delete(belief),
    certificate: (nowMs) => watch.certificate(nowMs),
    get doubts() {
      return doubts
    },
    state: () => ({ pool, labels, doubts, unjudged, surprise: surprised.level(), audit: watch.state() }),
    resume(kept) {
      watch = audit({ ...watched, kept: kept.audit })
      surprised.resume(kept.surprise)
      labels = kept.labels
      doubts = kept.doubts
      unjudged = kept.unjudged
      believe(kept.pool)
    },
  }
}
