import { type Audit, type AuditEvent, type AuditState, audit } from './audit.ts'
import { type Belief, type Beliefs, type BeliefsState, beliefs } from './beliefs.ts'
import type { Certificate } from './certificate.ts'
import type { Label } from './evidence.ts'
import { LEAST_SIMILARITY } from './grid.ts'
import { surprise } from './surprise.ts'

export interface Verdict {
  /** How likely the entry's answer answers this question, 0 to 1. */
  readonly chance: number
  readonly wouldServe: boolean
}

/**
 * Entries that learn together: those of one scope, encoder and route. The rule that decides between them, what it has
 * learnt, and the audit that watches it.
 */
export interface Group extends Pick<Beliefs, 'remember' | 'forget' | 'doubts'> {
  decide(belief: Belief, similarity: number, options: DecideOptions): Verdict
  /** The share of would-be hits to audit instead of serving them. */
  auditRate(): number
  learn(belief: Belief, label: Label): void
  /** A would-be hit was answered by the provider and compared. Its label is learnt too. */
  audited(belief: Belief, label: Label, nowMs: number): AuditEvent
  /** An audit said nothing: its judge was unsure, or could not be asked. */
  unjudged(): void
  certificate(nowMs: number): Certificate
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
export interface GroupState extends BeliefsState {
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
  const watched = { delta, ...(coolDownMs !== undefined && { coolDownMs }) }
  const believed = beliefs()
  const surprised = surprise()
  let watch: Audit = audit(watched)
  let unjudged = 0

  return {
    decide(belief, similarity, { nowMs, share = 1 }) {
      if (similarity < LEAST_SIMILARITY) return { chance: 0, wouldServe: false }
      const chance = believed.chance(belief, similarity)
      const aim = watch.aim(nowMs) * share
      return { chance, wouldServe: aim > 0 && chance >= 1 - aim }
    },
    auditRate() {
      if (unjudged >= MOST_UNJUDGED) return 1
      return surprised.isHigh() ? SURPRISED_RATE : watch.rate()
    },
    learn(belief, label) {
      surprised.note(believed.chance(belief, label.similarity), label.same)
      believed.take(belief, label)
    },
    audited(belief, label, nowMs) {
      unjudged = 0
      believed.take(belief, label)
      const event = watch.note(!label.same, nowMs)
      if (event === 'none') return event
      believed.doubt()
      surprised.clear()
      return event
    },
    unjudged() {
      unjudged += 1
    },
    remember: believed.remember,
    forget: believed.forget,
    certificate: (nowMs) => watch.certificate(nowMs),
    get doubts() {
      return believed.doubts
    },
    state: () => ({ ...believed.state(), unjudged, surprise: surprised.level(), audit: watch.state() }),
    resume(kept) {
      watch = audit({ ...watched, kept: kept.audit })
      surprised.resume(kept.surprise)
      believed.resume(kept)
      unjudged = kept.unjudged
    },
  }
}
