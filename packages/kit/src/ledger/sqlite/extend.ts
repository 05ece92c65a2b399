import { perMetric } from '../amounts.ts'
import { type Amounts, type Extend, type ExtendResult, METRICS } from '../ledger.ts'
import { rebook } from './booking.ts'
import type { Books } from './books.ts'
import { decisive, fit } from './fit.ts'
import type { Lines } from './lines.ts'
import type { Asked, Reservation, Totals } from './reservations.ts'

/** Raise an open reservation to new totals. A caller that extends is alive: an expired one is open again. */
export function extend(books: Books, lines: Lines, command: Extend): ExtendResult {
  const reservation = books.reservations.find(command.org, command.id)
  if (!reservation) return { status: 'unknown' }
  const { state, reserved } = reservation
  if (state === 'settled' || state === 'released') return { status: 'finished' }
  const [bound, observe] = JSON.parse(reservation.asked) as Asked
  const { grant, denied } = fit(lines.of(reservation), {
    min: beyond(reserved, command.min),
    want: beyond(reserved, command.want),
    proven: bound === 'proven',
    observe,
    nowMs: books.nowMs,
  })
  rebook(reservation, books.counters, () => {
    reopen(reservation, books.nowMs, command.ttlMs)
    for (const metric of METRICS) {
      if (denied.length === 0) reserved[metric] += grant[metric]
      const consumed = Math.min(command.consumed[metric], reserved[metric])
      reservation.consumed[metric] = Math.max(reservation.consumed[metric], consumed)
    }
  })
  books.reservations.save(reservation)
  if (denied.length > 0) return { status: 'denied', shortfall: decisive(denied) }
  return { status: state === 'open' ? 'open' : 'revived', granted: { ...reserved } as Amounts }
}

/** Give a reservation another life. */
export function reopen(reservation: Reservation, nowMs: number, ttlMs: number): void {
  reservation.state = 'open'
  reservation.dueMs = nowMs + ttlMs
  reservation.ttlMs = ttlMs
  reservation.endedAtMs = null
}

/** What totals ask for beyond what is held already. */
function beyond(held: Totals, totals: Totals): Totals {
  return perMetric((metric) => Math.max(0, totals[metric] - held[metric]))
}
