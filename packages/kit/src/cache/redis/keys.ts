import { ledgerKeys } from '../../ledger/redis/keys.ts'
import { shareOf } from '../quota.ts'

/** What the keys and what is in them mean: another meaning is another number. */
const LAYOUT = 1

/** The keys of what is shared among the same callers. All of them are in one slot of a Cluster. */
export interface ShelfKeys {
  /** Hash: id → version, expiry and stamp, a line; then the answer. */
  readonly bodies: string
  /** Sorted set: id → what it is worth. */
  readonly ranks: string
  /** Sorted set: id → when it expires, ms. */
  readonly expiries: string
  /** Hash: `bytes`, `floor`. */
  readonly shelf: string
}

/** The keys of a cache, each made here and nowhere else. */
export interface CacheKeys {
  /** Hash: name of an epoch → which one it is now. In a slot of its own, as it is asked about every entry. */
  readonly epochs: string
  /** Sorted set: share → bytes, for the bound of all of them together. */
  readonly shares: string
  shelfOf(share: string): ShelfKeys
  /** String: who asks the provider. */
  lease(id: string): string
}

/**
 * @param prefix stands before every key, as before those of the ledger.
 * @throws RangeError when it has a brace or a space.
 */
export function cacheKeys(prefix: string): CacheKeys {
  ledgerKeys(prefix)
  const own = `${prefix}:cache:${LAYOUT}`
  return {
    epochs: `${own}:{all}:epochs`,
    shares: `${own}:{all}:shares`,
    shelfOf(share) {
      const shelf = `${own}:{${share}}`
      return {
        bodies: `${shelf}:bodies`,
        ranks: `${shelf}:ranks`,
        expiries: `${shelf}:expiries`,
        shelf: `${shelf}:shelf`,
      }
    },
    lease: (id) => `${own}:{${shareOf(id)}}:lease:${id}`,
  }
}

/** The keys of what lessons have come to, all of a book in one slot of a Cluster. */
export interface LessonKeys {
  /** Stream: batches of lessons. */
  readonly log: string
  /** Hash: key of a row → its text. */
  readonly rows: string
  /** Sorted set: key of a row → when it expires, ms. */
  readonly expiries: string
  /** String: up to where in the log the rows go. */
  readonly place: string
}

/**
 * @param prefix stands before every key, as before those of the ledger.
 * @throws RangeError when it has a brace or a space.
 */
export function lessonKeys(prefix: string): (book: string) => LessonKeys {
  ledgerKeys(prefix)
  return (book) => {
    const own = `${prefix}:lessons:${LAYOUT}:{${book}}`
    return { log: `${own}:log`, rows: `${own}:rows`, expiries: `${own}:expiries`, place: `${own}:place` }
  }
}
