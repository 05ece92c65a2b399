import { machineTimers, type Timers } from '../core/timers.ts'
import type { Patience } from './failure.ts'

/** How long a provider is waited for, ms. */
export interface PatienceLimits {
  /** For a connection. */
  readonly connectMs: number
  /** From there to the first byte. */
  readonly firstByteMs: number
  /** Between two bytes. */
  readonly idleMs: number
}

/** Watches one call, and says which wait was too long: once. */
export interface PatienceWatch {
  /** The connection stands, and the request goes out. */
  connected(): void
  /** Bytes came. */
  heard(): void
  /** The client does not read: the provider is not to blame for what it does not send meanwhile. */
  paused(): void
  resumed(): void
  /** The call is over. */
  stop(): void
}

export interface PatienceOptions extends PatienceLimits {
  /** When the whole request must be over, by `now`. */
  readonly totalAtMs: number
  /** A clock that only goes forward, ms. */
  readonly now: () => number
  readonly timers?: Timers
  onLate(which: Patience): void
}

/** A timer that is set for longer fires at once: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * One timer for all waits of a call, exact to the machine's own timers: undici's are exact to a second. A byte that comes
 * only notes its time; the timer, when it fires, sees how much is left and waits for that.
 */
export function patience({
  connectMs,
  firstByteMs,
  idleMs,
  totalAtMs,
  now,
  timers = machineTimers,
  onLate,
}: PatienceOptions): PatienceWatch {
  let wait: Exclude<Patience, 'total'> = 'connect'
  let lateAtMs = now() + connectMs
  let firesAtMs = Infinity
  let timer: unknown
  let isPaused = false

  const arm = () => {
    const dueAtMs = Math.min(lateAtMs, totalAtMs)
    // One that fires too soon looks again; only one that would fire too late is set anew.
    if (firesAtMs <= dueAtMs) return
    if (timer !== undefined) timers.clearTimeout(timer)
    firesAtMs = dueAtMs
    const inMs = Math.min(LONGEST_TIMER_MS, Math.max(0, Math.ceil(dueAtMs - now())))
    timer = dueAtMs === Infinity ? undefined : timers.setTimeout(look, inMs)
  }

  const look = () => {
    timer = undefined
    firesAtMs = Infinity
    const nowMs = now()
    if (nowMs >= totalAtMs) return onLate('total')
    if (nowMs >= lateAtMs) return onLate(wait)
    arm()
  }

  const expect = (next: typeof wait, ms: number) => {
    wait = next
    lateAtMs = now() + ms
    arm()
  }

  arm()
  return {
    connected: () => expect('first-byte', firstByteMs),
    heard() {
      // Some bytes are on their way when the reading stops.
      if (!isPaused) expect('idle', idleMs)
    },
    paused() {
      isPaused = true
      lateAtMs = Infinity
    },
    resumed() {
      if (!isPaused) return
      isPaused = false
      expect('idle', idleMs)
    },
    stop() {
      if (timer !== undefined) timers.clearTimeout(timer)
      timer = undefined
      firesAtMs = -Infinity
    },
  }
}
