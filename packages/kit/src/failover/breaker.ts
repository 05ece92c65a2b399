import { failureRate } from './failure-rate.ts'

export interface BreakerOptions {
  /** How much of the past is looked at, ms. */
  readonly windowMs?: number
  /** Fewer calls in the window open nothing. */
  readonly minVolume?: number
  /** The share of calls that may fail before it opens, above 0 and at most 1. */
  readonly failureShare?: number
  /** So many failures of calls that began after the last answer open it, whatever the share of the window is. */
  readonly inARow?: number
  /** How long it stays open at first, ms; twice as long each time that its probe fails. */
  readonly openMs?: number
  readonly maxOpenMs?: number
}

/** With exactly what each state knows. */
export type BreakerState =
  | { readonly is: 'closed' }
  | { readonly is: 'open'; readonly untilMs: number }
  /** One call may try whether it is well again; `probing` while that one runs. */
  | { readonly is: 'half-open'; readonly probing: boolean }

/** When to stop asking somebody who fails most of the time, and when to try again. */
export interface Breaker {
  state(nowMs: number): BreakerState
  /** A call begins: false where none may. The first one at a half-open breaker is its probe. */
  begin(nowMs: number): boolean
  /** The head of an answer came, so long after it was asked for, ms: more need not be seen to know that it is well again. */
  responded(nowMs: number, tookMs: number): void
  /** A call has ended that was begun then: one from before it opened says nothing of now. */
  succeeded(nowMs: number, beganAtMs?: number): void
  failed(nowMs: number, beganAtMs?: number): void
  /** A call that was begun then ended without saying anything of the deployment. */
  abandoned(beganAtMs: number): void
  /** Somebody else has found it failing: open until then. */
  openUntil(untilMs: number, nowMs: number): void
  /** Somebody else has found it well. */
  close(): void
}

const CLOSED: BreakerState = { is: 'closed' }

/**
 * Closed, open, half-open with one probe: https://martinfowler.com/bliki/CircuitBreaker.html. Opens at a failure rate
 * over a window with a minimum volume, so that one failure of a quiet deployment does not shut it off; and at a row of
 * failures, since the answers that a window of a busy one still holds would hide for seconds that it is down. Finagle's
 * default is both, too: https://twitter.github.io/finagle/guide/Clients.html#failure-accrual
 */
export function breaker({
  windowMs = 30_000,
  minVolume = 10,
  failureShare = 0.5,
  inARow = 5,
  openMs = 5_000,
  maxOpenMs = 60_000,
}: BreakerOptions = {}): Breaker {
  const rate = failureRate({ windowMs, minVolume })
  const row = failureRow(windowMs)
  /** 0 while closed. */
  let openedUntilMs = 0
  let openedAtMs = 0
  let spanMs = openMs
  /** A probe that nobody has ended by then counts for nothing: its answer may take minutes, and others want to know. */
  let probingUntilMs = 0
  let probeBeganAtMs = 0

  const open = (nowMs: number) => {
    openedAtMs = nowMs
    openedUntilMs = nowMs + spanMs
    spanMs = Math.min(maxOpenMs, spanMs * 2)
    probingUntilMs = 0
  }

  const close = () => {
    openedUntilMs = 0
    spanMs = openMs
    probingUntilMs = 0
    rate.clear()
    row.clear()
  }

  const isOfNow = (beganAtMs: number) => beganAtMs >= openedAtMs

  return {
    state(nowMs) {
      if (openedUntilMs === 0) return CLOSED
      if (nowMs < openedUntilMs) return { is: 'open', untilMs: openedUntilMs }
      return { is: 'half-open', probing: nowMs < probingUntilMs }
    },
    begin(nowMs) {
      if (openedUntilMs === 0) return true
      if (nowMs < openedUntilMs || nowMs < probingUntilMs) return false
      probingUntilMs = nowMs + maxOpenMs
      probeBeganAtMs = nowMs
      return true
    },
    responded(nowMs, tookMs) {
      row.end(nowMs)
      if (openedUntilMs > 0 && isOfNow(nowMs - tookMs)) close()
    },
    succeeded(nowMs, beganAtMs = nowMs) {
      row.end(nowMs)
      if (openedUntilMs === 0) rate.add(false, nowMs)
      else if (nowMs >= openedUntilMs && isOfNow(beganAtMs)) close()
    },
    failed(nowMs, beganAtMs = nowMs) {
      if (openedUntilMs > 0) {
        if (nowMs >= openedUntilMs && isOfNow(beganAtMs)) open(nowMs)
        return
      }
      rate.add(true, nowMs)
      if (row.longer(nowMs, beganAtMs) >= inARow || rate.at(nowMs) >= failureShare) open(nowMs)
    },
    abandoned(beganAtMs) {
      if (beganAtMs >= probeBeganAtMs) probingUntilMs = 0
    },
    openUntil(untilMs, nowMs) {
      // Told again and again, for as long as it holds.
      if (untilMs <= openedUntilMs) return
      openedAtMs = nowMs
      openedUntilMs = untilMs
      probingUntilMs = 0
    },
    close,
  }
}

/**
 * Failures with no answer between them, within a window. A call that began before the last answer says nothing of what was
 * after it: else whoever asks several things at once that nobody has the patience for would shut a busy deployment for all.
 */
function failureRow(windowMs: number) {
  let length = 0
  let lastAtMs = 0
  let answeredAtMs = -Infinity
  return {
    /** One more; how long the row is now. */
    longer(nowMs: number, beganAtMs: number): number {
      if (beganAtMs < answeredAtMs) return length
      length = nowMs - lastAtMs < windowMs ? length + 1 : 1
      lastAtMs = nowMs
      return length
    },
    end(nowMs: number) {
      length = 0
      answeredAtMs = nowMs
    },
    clear() {
      length = 0
    },
  }
}
