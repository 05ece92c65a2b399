import { LRUCache } from 'lru-cache'
import { decodeEntry } from './codec.ts'
import type { CacheEntry } from './entry.ts'

/**
 * Entries that this process has read already. A store is asked each time whether its entry is still the same one, and gives
 * its text only where it is not: what was deleted elsewhere is never served from here.
 */
export interface Decoded {
  /** The version that is known of an id; '' for none. */
  versionOf(id: string): string
  /** The entry of this version; read from its text where that is given. */
  entry(id: string, version: string, text: string | undefined): CacheEntry | undefined
}

/** The most that is kept, bytes of text: 32 MiB. */
const MAX_BYTES = 32 * 1024 * 1024

export function decodedEntries(maxBytes: number = MAX_BYTES): Decoded {
  const known = new LRUCache<string, CacheEntry>({ maxSize: maxBytes })
  return {
    versionOf: (id) => known.get(id)?.version ?? '',
    entry(id, version, text) {
      if (text === undefined) {
        const entry = known.get(id)
        return entry?.version === version ? entry : undefined
      }
      const entry = decodeEntry(text)
      known.set(id, entry, { size: Math.max(1, text.length) })
      return entry
    },
  }
}
