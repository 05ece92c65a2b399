import { perMetric } from '../amounts.ts'
import type { Amounts, ExpiredFilter, ExpiredReservation, SettleExpiredResult } from '../ledger.ts'
import { EXPIRED_MS } from '../lives.ts'
import { chargeOf, rebook } from './booking.ts'
import type { Books } from './books.ts'
import { end } from './close.ts'
import type { Reservation } from './reservations.ts'

/** Old counters outlive every record that might still correct them. */
const COUNTER_MS = 9 * 86_400_000
/** Charges that nobody has confirmed, and that are let stand in one call. */
const STANDING_BITE = 100

/** Charge what is past its deadline, and clear away, in small bites, what has served its time. */
export function expire(books: Books, limit: number): readonly ExpiredReservation[] {
  const { reservations, counters, nowMs } = books
  const expired = reservations.due('open', nowMs, limit).map(({ org, id }) => {
    const reservation = reservations.find(org, id)!
    rebook(reservation, counters, () => {
      reservation.state = 'expired'
    })
    reservation.endedAtMs = nowMs
    reservation.dueMs = nowMs + EXPIRED_MS
    reservations.save(reservation)
    return recordOf(reservation)
  })
  for (const { org, id } of reservations.due('expired', nowMs, STANDING_BITE)) {
    const reservation = reservations.find(org, id)!
    end(books, reservation, { actual: { ...reservation.reserved } as Amounts, basis: 'estimated' })
  }
  reservations.sweep(nowMs)
  counters.sweep(nowMs - COUNTER_MS)
  return expired
}

export function listExpired(books: Books, filter: ExpiredFilter): readonly ExpiredReservation[] {
  return matching(books, filter).map(recordOf)
}

/** An operator's decision; the owner's own late truth, should it come, still corrects it. */
export function settleExpired(
  books: Books,
  to: 'observed' | 'zero',
  filter: ExpiredFilter,
): SettleExpiredResult {
  let before = 0
  let after = 0
  const settled = matching(books, filter).map((reservation) => {
    const expired = recordOf(reservation)
    const { reserved, observed, consumed } = reservation
    const seen = to === 'observed' ? observed : consumed
    const actual = perMetric((metric) => Math.min(seen[metric], reserved[metric]))
    end(books, reservation, { actual, basis: 'estimated' })
    const charged = perMetric((metric) => chargeOf(reservation, metric))
    before += expired.charged.usd
    after += charged.usd
    return { ...expired, charged }
  })
  return { settled, before, after }
}

function matching({ reservations }: Books, filter: ExpiredFilter): Reservation[] {
  return reservations.expired(filter).map(({ org, id }) => reservations.find(org, id)!)
}

function recordOf(reservation: Reservation): ExpiredReservation {
  const { org, id, owner, path, memo, reserved, observed, reservedAtMs, endedAtMs } = reservation
  return {
    org,
    id,
    owner,
    path: JSON.parse(path),
    memo: JSON.parse(memo),
    reserved: { ...reserved } as Amounts,
    charged: { ...reserved } as Amounts,
    observed: { ...observed } as Amounts,
    reservedAtMs,
    expiredAtMs: endedAtMs!,
  }
}
