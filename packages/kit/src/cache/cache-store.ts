import type { AccountId } from '../ledger/ledger.ts'
import type { CacheEntry, CachePlace } from './entry.ts'

/**
 * Where complete answers are kept. Losing one costs a provider call and nothing else, so a store may forget what it likes,
 * whenever it likes; what it must never do is give back what was deleted, has expired, or was invalidated.
 *
 * Invalidation moves an epoch, whatever the number of entries: an entry carries the epochs of its place from *before* its
 * answer was asked for, and one whose epochs have moved since is not given any more. An answer that was on its way while
 * its tag was invalidated is kept for nobody.
 */
export interface CacheStore {
  /** What is kept in a place, and the stamp of its epochs, which a `put` of its fresh answer gives back. */
  get(place: CachePlace): Lookup | Promise<Lookup>
  /**
   * Keep an answer. Quotas may make others go, or this one at once.
   *
   * @param text the entry as `encodeEntry` writes it, where whoever keeps it has done so already.
   */
  put(entry: CacheEntry, stamp: string, text?: string): void | Promise<void>
  /** Forget what is kept under an id; false when there was nothing. */
  delete(id: string): boolean | Promise<boolean>
  /** Forget everything that this names, in one step. */
  invalidate(what: Invalidation): void | Promise<void>
  status(): CacheStatus | Promise<CacheStatus>
  /** Have the fleet wait for one process's answer: absent where there is only one process. */
  readonly leases?: Leases
  close(): void | Promise<void>
}

export interface Lookup {
  /** Undefined when there is none, or it has expired or been invalidated. */
  readonly entry: CacheEntry | undefined
  readonly stamp: string
}

/** What is to be forgotten: every answer, those of a model, those shared below an account, those made from something. */
export type Invalidation =
  | { readonly what: 'everything' }
  | { readonly what: 'model'; readonly model: string }
  | { readonly what: 'scope'; readonly org: string; readonly account: AccountId }
  | { readonly what: 'tag'; readonly org: string; readonly tag: string }

/** What is there now; entries that were invalidated count until they are met. Undefined where counting is not cheap. */
export interface CacheStatus {
  readonly entries: number | undefined
  readonly bytes: number | undefined
  /** How many went to make room, since this process began. */
  readonly evicted: number
}

/** Who of a fleet asks the provider. A lease ends by itself, so that whoever dies leaves nobody waiting. */
export interface Leases {
  /** Undefined when another process has it. */
  take(id: string): Promise<Lease | undefined>
}

export interface Lease {
  release(): Promise<void>
}
