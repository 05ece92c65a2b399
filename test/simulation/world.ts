import type { Clock } from '@tollgate/kit/core'
import { type Random, randomFrom } from '../../packages/kit/src/conformance/ledger/random.ts'
import type { Timers } from '../../packages/kit/src/core/timers.ts'

/** A small universe with a time of its own: nothing happens in it but what was scheduled, in one order for each seed. */
export interface World {
  readonly random: Random
  readonly clock: Clock
  readonly timers: Timers
  /** Let this happen after a while. The next event waits until it has ended. */
  after(delayMs: number, event: () => unknown): void
  sleep(delayMs: number): Promise<void>
  /** Let time pass, event by event, up to this moment. */
  runUntil(untilMs: number): Promise<void>
}

interface Event {
  readonly atMs: number
  readonly run: () => unknown
}

/** An hour and a day end a minute after the beginning. */
const BEGIN_MS = Date.UTC(2026, 10, 18, 23, 59)

export function createWorld(seed: number): World {
  const random = randomFrom(seed)
  const events: Event[] = []
  let nowMs = BEGIN_MS

  function after(delayMs: number, run: () => unknown): Event {
    const event = { atMs: nowMs + Math.max(0, Math.ceil(delayMs)), run }
    // Of two events at the same moment the one that was scheduled first comes first.
    const later = events.findIndex(({ atMs }) => atMs > event.atMs)
    events.splice(later < 0 ? events.length : later, 0, event)
    return event
  }

  return {
    random,
    clock: { now: () => nowMs },
    timers: {
      setTimeout: (callback, delayMs) => after(delayMs, callback),
      clearTimeout(handle) {
        const at = events.indexOf(handle as Event)
        if (at >= 0) events.splice(at, 1)
      },
    },
    after: (delayMs, event) => void after(delayMs, event),
    sleep: (delayMs) => new Promise((resolve) => after(delayMs, resolve)),
    async runUntil(untilMs) {
      while (events[0] && events[0].atMs <= untilMs) {
        const event = events.shift()!
        nowMs = event.atMs
        await event.run()
        // Whoever has been waiting for it goes on before anything else happens.
        await new Promise((resolve) => setImmediate(resolve))
      }
      nowMs = untilMs
    },
  }
}
