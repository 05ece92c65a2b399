import { METRICS, type Metric } from '../ledger.ts'
import type { Counters } from './counters.ts'
import type { Reservation } from './reservations.ts'

/**
 * The whole of double entry: what a counter says is the sum of what each reservation on it contributes, plus its
 * adjustments. Whatever happens to a reservation, its old contribution is taken back, the change is made, and its new
 * contribution is booked; no command does sums of its own.
 */
export function rebook(reservation: Reservation, counters: Counters, change: () => void): void {
  contribute(reservation, counters, -1)
  change()
  contribute(reservation, counters, 1)
}

/** Book what a reservation, as it stands, contributes to each of its counters (or take it back). */
export function contribute(reservation: Reservation, counters: Counters, sign: 1 | -1): void {
  const { state, reserved, consumed } = reservation
  for (const counter of reservation.counters) {
    const { metric } = counter
    const held = reserved[metric]
    const used = consumed[metric]
    switch (state) {
      case 'open':
        counter.reserved += sign * (held - used)
        counter.spent += sign * used
        counter.referrers += sign
        break
      case 'expired':
        counter.spent += sign * held
        counter.unconfirmed += sign * (held - used)
        counter.referrers += sign
        break
      case 'settled': {
        const charge = chargeOf(reservation, metric)
        counter.spent += sign * charge
        counter.overdraft += sign * Math.max(0, charge - held)
        break
      }
      case 'released':
        counter.spent += sign * used
    }
    counters.change(counter)
  }
}

/** Whether a settled reservation cost more than it held, in any metric. */
export function isOverdraft(reservation: Reservation): boolean {
  if (!reservation.settled) return false
  return METRICS.some((metric) => chargeOf(reservation, metric) > reservation.reserved[metric])
}

/** What a settled reservation is charged: what it was settled at, and never less than what it had consumed by then. */
export function chargeOf({ settled, consumed }: Reservation, metric: Metric): number {
  return Math.max(settled![metric], consumed[metric])
}
