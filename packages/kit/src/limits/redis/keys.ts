import type { Subject } from '../rates.ts'

/**
 * Every key of the limits is made here. All that one org is limited by carries its name as the hash tag, so that on a
 * Cluster one script sees it whole. What the fields mean is the layout's: another meaning is another number.
 */
const LAYOUT = 1

/** The keys of one org's limits. */
export interface LimitKeys {
  /** Requests of the minute: rate-limiter-flexible's own, a number that goes with its window. */
  requests(subject: Subject): string
  /** Hash: `used`, `at`. */
  bucket(subject: Subject): string
  /** Sorted set: the ids of what runs, by when their leases end. */
  running(subject: Subject): string
  /** Hash: `until`, `trips`, `why`. */
  breaker(subject: Subject): string
}

/** @param prefix stands before every key, as before those of the ledger. */
export function limitKeys(prefix: string, org: string): LimitKeys {
  // A brace inside of the tag would end it, and two keys of one org would be in two slots.
  const own = `${prefix}:limits:${LAYOUT}:{${org.replace(/[%{}]/g, encodeURIComponent)}}`
  return {
    requests: (subject) => `${own}:rpm:${subject}`,
    bucket: (subject) => `${own}:tpm:${subject}`,
    running: (subject) => `${own}:run:${subject}`,
    breaker: (subject) => `${own}:shut:${subject}`,
  }
}
