import type { Gate } from './gate.ts'

/** Waits on behalf of one client, all of which end early when that client leaves. */
export interface Patience {
  /** The client has left; what is waited for will not come any more. */
  readonly gone: boolean
  forMs(ms: number): Promise<void>
  forGate(gate: Gate): Promise<void>
  leave(): void
}

export function patience(): Patience {
  let gone = false
  let wake: (() => void) | undefined

  const wait = (arm: (wake: () => void) => (() => void) | undefined): Promise<void> => {
    if (gone) return Promise.resolve()
    return new Promise((resolve) => {
      let disarm: (() => void) | undefined
      wake = () => {
        disarm?.()
        resolve()
      }
      disarm = arm(wake)
    })
  }

  return {
    get gone() {
      return gone
    },
    forMs: (ms) =>
      wait((wake) => {
        // The timer is cleared when the client leaves, so that a long latency does not outlive its test.
        const timer = setTimeout(wake, ms)
        return () => clearTimeout(timer)
      }),
    forGate: (gate) =>
      wait((wake) => {
        void gate.opened.then(wake)
        return undefined
      }),
    leave() {
      gone = true
      wake?.()
    },
  }
}

/** Holds a sequence to a steady beat, or lets it run when the beat is 0. */
export interface Pace {
  /** Wait until the next step is due. Undefined when it is due already: a late step is not paid for by the ones after it. */
  next(): Promise<void> | undefined
}

export function pace(intervalMs: number, waits: Patience): Pace {
  const startedMs = intervalMs > 0 ? performance.now() : 0
  let steps = 0
  return {
    next() {
      if (intervalMs <= 0) return undefined
      steps += 1
      const waitMs = startedMs + steps * intervalMs - performance.now()
      return waitMs > 0 ? waits.forMs(waitMs) : undefined
    },
  }
}
