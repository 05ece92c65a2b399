import { machineTimers, type Timers } from '../core/timers.ts'
import type { LoadLimits } from '../wire/load-limits.ts'

/** A bound on what runs, and a queue with a bound before it: more is refused at once, rather than late. */
export interface LoadGate {
  /** There is no room now. */
  readonly full: boolean
  readonly running: number
  readonly queuedBytes: number
  /** Go in at once, if there is room. */
  enter(): boolean
  /** Wait for room; false when there is no place to wait, or none came in time. Higher priorities go first. */
  wait(request: Waiting): Promise<boolean>
  /** A call has ended. */
  leave(): void
}

export interface Waiting {
  readonly bytes: number
  /** Higher is sooner; equals in the order they came. */
  readonly priority: number
  /** Its client has left. */
  readonly signal?: AbortSignal
}

interface Place extends Waiting {
  call(room: boolean): void
}

export function loadGate(
  { concurrent, queuedBytes: mostQueued = 8 * 1024 * 1024, waitMs = 5_000 }: LoadLimits,
  timers: Timers = machineTimers,
): LoadGate {
  const queue: Place[] = []
  let running = 0
  let queuedBytes = 0

  const take = (place: Place) => {
    queue.splice(queue.indexOf(place), 1)
    queuedBytes -= place.bytes
  }

  return {
    get full() {
      return running >= concurrent
    },
    get running() {
      return running
    },
    get queuedBytes() {
      return queuedBytes
    },
    enter() {
      if (running >= concurrent) return false
      running += 1
      return true
    },
    wait(request) {
      const { bytes, priority, signal } = request
      if (queuedBytes + bytes > mostQueued || signal?.aborted) return Promise.resolve(false)
      return new Promise((resolve) => {
        const place: Place = {
          ...request,
          call(room) {
            timers.clearTimeout(timer)
            signal?.removeEventListener('abort', giveUp)
            take(place)
            resolve(room)
          },
        }
        const giveUp = () => place.call(false)
        const timer = timers.setTimeout(giveUp, waitMs)
        signal?.addEventListener('abort', giveUp)
        const behind = queue.findIndex((other) => other.priority < priority)
        queue.splice(behind === -1 ? queue.length : behind, 0, place)
        queuedBytes += bytes
      })
    },
    leave() {
      const [next] = queue
      // The place that becomes free is handed on, so that nobody who has just come takes it.
      if (next) next.call(true)
      else running -= 1
    },
  }
}
