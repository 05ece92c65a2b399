import { auditWindow } from './audit-window.ts'
import { auditsToCertify, type Certificate, certify, type Standing } from './certificate.ts'
import { chanceOfRise } from './fisher.ts'
import { suspicion } from './suspicion.ts'

/**
 * What an audit has changed. `alarm`: too many wrong answers, the aim is halved. `off`: again at the least aim, nothing is
 * served for a while. `changed`: more wrong answers than before, though not too many. Each asks for old labels to be
 * believed less.
 */
export type AuditEvent = 'alarm' | 'off' | 'changed' | 'none'

/** Some of what would be served is asked of the provider instead, and compared: the promise kept without any model. */
export interface Audit {
  /** The share of wrong answers that may be aimed at now; 0 while nothing may be served. */
  aim(nowMs: number): number
  /** The share of would-be hits to audit instead of serving them. */
  rate(): number
  note(wrong: boolean, nowMs: number): AuditEvent
  certificate(nowMs: number): Certificate
  state(): AuditState
}

/** To be kept as JSON, and given back at the next start. */
export interface AuditState {
  readonly aim: number
  readonly certified: boolean
  readonly offUntilMs: number
  readonly window: string
  readonly suspicion: readonly number[]
}

export interface AuditOptions {
  readonly delta: number
  /** How long nothing is served after an alarm at the least aim, ms. */
  readonly coolDownMs?: number
  readonly kept?: AuditState
}

/** Audits that are looked back at. A rate too small to be certified by so many has a longer window. */
const WINDOW = 500
/** Three halvings below delta there is nothing left to halve. */
const LEAST_AIM = 1 / 8
const RATE = { learning: 0.2, steady: 0.05, suspicious: 0.5 }
/** A wrong answer or two: to be looked at more closely, because it may be the first of many. */
const SUSPICIOUS = 10
/** One false alarm in a thousand audits at most, when the true rate is just the promised one. */
const ALARM = 1000
/** One wrong answer is no rate yet, however early it comes. */
const LEAST_WRONG = 2
/** Of Fisher's test between the halves of the window. */
const CHANGE = 0.01

export function audit({ delta, coolDownMs = 3_600_000, kept }: AuditOptions): Audit {
  const enough = auditsToCertify(delta)
  const window = auditWindow(Math.max(WINDOW, 2 * enough), kept?.window)
  const doubt = suspicion(delta, kept?.suspicion)
  let aim = Math.min(delta, kept?.aim ?? delta)
  let certified = kept?.certified ?? false
  let offUntilMs = kept?.offUntilMs ?? 0

  const standing = (nowMs: number): Standing =>
    nowMs < offUntilMs ? 'off' : certified ? 'certified' : 'learning'

  const startAnew = () => {
    window.clear()
    doubt.clear()
    certified = false
  }

  function alarm(nowMs: number): AuditEvent {
    startAnew()
    if (aim > delta * LEAST_AIM) {
      aim /= 2
      return 'alarm'
    }
    offUntilMs = nowMs + coolDownMs
    return 'off'
  }

  return {
    aim: (nowMs) => (nowMs < offUntilMs ? 0 : aim),
    rate() {
      if (doubt.level() > SUSPICIOUS) return RATE.suspicious
      return window.count.trials < enough ? RATE.learning : RATE.steady
    },
    note(wrong, nowMs) {
      window.add(wrong)
      doubt.note(wrong)
      const { lower, upper } = certify(window.count, { standing: 'learning', delta, aim })
      const isTooMuch = doubt.level() > ALARM || lower > delta
      if (isTooMuch && window.count.events >= LEAST_WRONG) return alarm(nowMs)
      if (wrong && chanceOfRise(...window.halves()) < CHANGE) {
        window.dropOlderHalf()
        certified = false
        return 'changed'
      }
      certified = upper <= delta
      if (certified && aim < delta) {
        // What was certified is the smaller aim: the larger one has to earn it again.
        aim = Math.min(delta, aim * 2)
        startAnew()
      }
      return 'none'
    },
    certificate(nowMs) {
      const now = certify(window.count, { standing: standing(nowMs), delta, aim })
      return nowMs < offUntilMs ? { ...now, offUntilMs } : now
    },
    state: () => ({ aim, certified, offUntilMs, window: window.state(), suspicion: doubt.state() }),
  }
}
