import type { Timers } from '@tollgate/kit/core'
import type { Alert } from './alert.ts'
import type { Webhook } from './webhook.ts'

export interface DeliveryOptions {
  readonly timers: Timers
  /** Told once of each alert that came to nothing. */
  readonly onLost: (alert: Alert, why: unknown) => void
  /** Alerts that wait; what comes while so many do is lost. */
  readonly maxQueued?: number
}

/** Alerts on their way to one address, one after the other. */
export interface Delivery {
  send(alert: Alert): void
  /** Resolves when what waits has been told, or is lost. Nothing is tried a second time any more. */
  close(): Promise<void>
}

/** Between the tries of one alert, ms. */
const PAUSES_MS = [1_000, 10_000, 60_000] as const

/**
 * Deliver alerts off everybody's way: a queue of its own for each address, a few tries for each alert, and never a word to
 * whoever caused it.
 */
export function delivery(tell: Webhook, { timers, onLost, maxQueued = 100 }: DeliveryOptions): Delivery {
  const queue: Alert[] = []
  let working = Promise.resolve()
  let busy = false
  let closing = false
  let wake = () => {}

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = timers.setTimeout(resolve, ms)
      wake = () => {
        timers.clearTimeout(timer)
        resolve()
      }
    })

  async function deliver(alert: Alert): Promise<void> {
    for (const pauseMs of [...PAUSES_MS, undefined]) {
      try {
        return await tell(alert)
      } catch (why) {
        if (pauseMs === undefined || closing) return onLost(alert, why)
        await pause(pauseMs)
      }
    }
  }

  async function work(): Promise<void> {
    busy = true
    for (let next = queue.shift(); next; next = queue.shift()) await deliver(next)
    busy = false
  }

  return {
    send(alert) {
      if (closing || queue.length >= maxQueued)
        return onLost(alert, closing ? 'the gateway stops' : 'too many wait')
      queue.push(alert)
      if (!busy) working = work()
    },
    async close() {
      closing = true
      wake()
      await working
    },
  }
}
