import type { CacheEntry } from './entry.ts'

/** An entry as the text that stores keep. */
export function encodeEntry(entry: CacheEntry): string {
  return JSON.stringify(entry)
}

/** @throws SyntaxError when it is none. */
export function decodeEntry(text: string): CacheEntry {
  return JSON.parse(text) as CacheEntry
}
