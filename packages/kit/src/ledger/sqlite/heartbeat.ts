import { type Heartbeat, type HeartbeatResult, METRICS } from '../ledger.ts'
import { rebook } from './booking.ts'
import type { Books } from './books.ts'
import { reopen } from './extend.ts'

/** Move deadlines on and note what has been seen. What has been seen once is not forgotten by a later, smaller beat. */
export function heartbeat(
  books: Books,
  org: string,
  beats: readonly Heartbeat[],
  ttlMs: number,
): HeartbeatResult {
  const notOpen: string[] = []
  const revived: string[] = []
  for (const { id, observed } of beats) {
    const reservation = books.reservations.find(org, id)
    if (reservation?.state !== 'open' && reservation?.state !== 'expired') {
      notOpen.push(id)
      continue
    }
    if (reservation.state === 'expired') revived.push(id)
    rebook(reservation, books.counters, () => reopen(reservation, books.nowMs, ttlMs))
    for (const metric of METRICS) {
      reservation.observed[metric] = Math.max(reservation.observed[metric], observed[metric])
    }
    books.reservations.save(reservation)
  }
  return { notOpen, revived }
}
