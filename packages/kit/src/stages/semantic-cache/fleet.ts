import type { Lease } from '../../cache/cache-store.ts'
import type { CacheEntry, CachePlace } from '../../cache/entry.ts'
import type { ForgivingStore } from '../../cache/forgiving-store.ts'
import type { Timers } from '../../core/timers.ts'

/** How long a request waits for what another process is asking for, ms; then it asks itself. */
const MAX_WAIT_MS = 2_000
/** Between two looks, ms. */
const LOOK_EVERY_MS = 50

export interface FleetOptions {
  readonly store: ForgivingStore
  readonly place: CachePlace
  readonly timers: Timers
  /** Whether an entry may be served: a client may want none as old. */
  readonly isFresh: (entry: CacheEntry) => boolean
  /** The client has left: no sense in waiting on. */
  readonly gone: () => boolean
}

/**
 * Be the one of a fleet that asks the provider, or wait for the one that is. Whoever has waited too long asks too: two
 * answers cost money, and none at all costs more.
 */
export async function leaseOrEntry({
  store,
  place,
  timers,
  isFresh,
  gone,
}: FleetOptions): Promise<{ readonly lease?: Lease | undefined; readonly entry?: CacheEntry }> {
  for (let waitedMs = 0; waitedMs < MAX_WAIT_MS && !gone(); waitedMs += LOOK_EVERY_MS) {
    const lease = await store.lease(place.id)
    if (lease === 'free') return {}
    // Whoever had it before may have kept its answer between our look and this.
    const found = lease || waitedMs > 0 ? await store.get(place) : undefined
    if (found && found !== 'unreachable' && found.entry && isFresh(found.entry)) {
      await lease?.release()
      return { entry: found.entry }
    }
    if (lease) return { lease }
    await new Promise<void>((resolve) => void timers.setTimeout(resolve, LOOK_EVERY_MS))
  }
  return {}
}
