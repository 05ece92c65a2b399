import type { ExpiredReservation } from '../ledger.ts'
import type { Reservation } from './scripts/script.ts'
import { readAmounts } from './text.ts'

/** A record as the scripts describe it, in the ledger's own words. */
export function expiredRecord(
  org: string,
  [id, , owner, path, memo, , held, charged, observed, , reservedAt, endedAt]: Reservation,
): ExpiredReservation {
  return {
    org,
    id,
    owner,
    path: JSON.parse(path),
    memo: memo === '' ? NO_MEMO : JSON.parse(memo),
    reserved: readAmounts(held),
    charged: readAmounts(charged),
    observed: readAmounts(observed),
    reservedAtMs: Number(reservedAt),
    expiredAtMs: Number(endedAt),
  }
}

/** Of a reservation that the books had lost, and that was told again without it. */
const NO_MEMO: ExpiredReservation['memo'] = { requestId: '', model: '', priceVersion: '' }
