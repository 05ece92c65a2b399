import type { ExpiredReservation } from '../ledger.ts'
import type { Books } from './books.ts'
import { expireIn } from './expire.ts'
import { askOfRecovery } from './heartbeat.ts'

export interface SweepOptions {
  /** Expired in all at most. */
  readonly limit: number
  /** Told of each org whose books are gone, or refuse, while others have their turn. */
  readonly onFault: (error: Error) => void
}

/**
 * Expire what is overdue, org after org. One whose books are gone, or have lost too much, keeps nobody else's reservations
 * open: it is told of, and asked again the next time.
 *
 * @throws Error when no org could be asked: then it is the store that is broken.
 */
export async function sweep(
  orgs: readonly Books[],
  { limit, onFault }: SweepOptions,
): Promise<readonly ExpiredReservation[]> {
  const expired: ExpiredReservation[] = []
  const faults: Error[] = []
  for (const books of orgs) {
    try {
      await books.lane.idle()
      await askOfRecovery(books)
      if (expired.length < limit) expired.push(...(await expireIn(books, limit - expired.length)))
    } catch (error) {
      faults.push(error as Error)
    }
  }
  if (faults.length > 0 && faults.length === orgs.length) throw faults[0]
  for (const fault of faults) onFault(fault)
  return expired
}
