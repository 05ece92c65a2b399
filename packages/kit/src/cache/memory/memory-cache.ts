import { LRUCache } from 'lru-cache'
import { type Clock, systemClock } from '../../core/clock.ts'
import { uuidv7 } from '../../core/ids.ts'
import type { CacheStore } from '../cache-store.ts'
import { encodeEntry } from '../codec.ts'
import type { CacheEntry } from '../entry.ts'
import { type EpochName, epochOf, epochsOf, stampOf } from '../epochs.ts'
import { type CacheQuota, quotaOf, shareOf } from '../quota.ts'
import { rankOf } from '../value.ts'

export interface MemoryCacheOptions extends CacheQuota {
  readonly clock?: Clock
}

/** 64 MiB. */
const MAX_BYTES = 64 * 1024 * 1024

/** How many of those that nobody asked for lately are weighed against each other when one has to go. */
const WEIGHED = 32

interface Kept {
  readonly entry: CacheEntry
  readonly stamp: string
  readonly bytes: number
  hits: number
  rank: number
}

/** What is shared among the same callers, the least recently asked for first. */
interface Shelf {
  readonly kept: LRUCache<string, Kept>
  bytes: number
  floor: number
}

/**
 * A cache in this process's memory, which goes with it. When there is no more room, the callers whose answers take most of
 * it give way, each time by the one that is worth least: nobody pushes out what others have.
 */
export function memoryCache({ clock = systemClock, ...sizes }: MemoryCacheOptions = {}): CacheStore {
  const { maxBytes, maxScopeBytes } = quotaOf(sizes, MAX_BYTES)
  const shelves = new Map<string, Shelf>()
  const epochs = new Map<EpochName, string>()
  let bytes = 0
  let evicted = 0

  const remove = (share: string, id: string): boolean => {
    const shelf = shelves.get(share)
    const found = shelf?.kept.peek(id)
    if (!shelf || !found) return false
    shelf.kept.delete(id)
    shelf.bytes -= found.bytes
    bytes -= found.bytes
    if (shelf.kept.size === 0) shelves.delete(share)
    return true
  }
  const evictFrom = (share: string, shelf: Shelf) => {
    const [id, { rank }] = leastWorth(shelf)
    shelf.floor = rank
    evicted += 1
    remove(share, id)
  }

  return {
    get(place) {
      const share = shareOf(place.id)
      const stamp = stampOf(epochsOf(place).map((name) => epochs.get(name)))
      const shelf = shelves.get(share)
      const found = shelf?.kept.get(place.id)
      if (!shelf || !found) return { entry: undefined, stamp }
      if (found.stamp !== stamp || found.entry.expiresAtMs <= clock.now()) {
        remove(share, place.id)
        return { entry: undefined, stamp }
      }
      found.hits += 1
      found.rank = rankOf({ ...found, floor: shelf.floor, costNanoUsd: found.entry.costNanoUsd })
      return { entry: found.entry, stamp }
    },
    put(entry, stamp, text = encodeEntry(entry)) {
      const share = shareOf(entry.id)
      const size = Buffer.byteLength(text)
      remove(share, entry.id)
      if (size > maxScopeBytes) return
      const shelf = shelves.get(share) ?? emptyShelf(maxScopeBytes)
      shelves.set(share, shelf)
      const rank = rankOf({ floor: shelf.floor, hits: 0, costNanoUsd: entry.costNanoUsd, bytes: size })
      while (shelf.bytes + size > maxScopeBytes) evictFrom(share, shelf)
      shelves.set(share, shelf)
      shelf.kept.set(entry.id, { entry, stamp, bytes: size, hits: 0, rank }, { size })
      shelf.bytes += size
      bytes += size
      while (bytes > maxBytes) evictFrom(...largest(shelves))
    },
    delete: (id) => remove(shareOf(id), id),
    invalidate(what) {
      epochs.set(epochOf(what), uuidv7())
    },
    status: () => ({
      entries: [...shelves.values()].reduce((sum, { kept }) => sum + kept.size, 0),
      bytes,
      evicted,
    }),
    close: () => {},
  }
}

/** Never full by itself: room is made before anything comes. */
function emptyShelf(maxSize: number): Shelf {
  return { kept: new LRUCache({ maxSize }), bytes: 0, floor: 0 }
}

function leastWorth({ kept }: Shelf): [string, Kept] {
  const weighed = [...kept.rentries()].slice(0, WEIGHED) as [string, Kept][]
  return weighed.reduce((least, one) => (one[1].rank < least[1].rank ? one : least))
}

function largest(shelves: ReadonlyMap<string, Shelf>): [string, Shelf] {
  return [...shelves].reduce((most, one) => (one[1].bytes > most[1].bytes ? one : most))
}
