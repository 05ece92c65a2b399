import type { Clock } from '../core/clock.ts'
import type { Directory } from './directory.ts'
import type { KeyRecord } from './key-record.ts'
import { remembered } from './remembered.ts'

export interface CachedKeysOptions {
  /** How long a key may be answered from memory at the most, ms; 0 asks the directory every time. */
  readonly maxAgeMs: number
  /** Keys in memory, and as many again that are known not to be there. */
  readonly max?: number
  /** Ages are spans of time: by default a clock that nobody can set back. */
  readonly clock?: Clock
}

const monotonic: Clock = { now: () => performance.now() }

/**
 * Keys in memory, before a directory: its `findKey`. What the directory tells that it has changed is forgotten at once; what
 * it could not tell, because it had lost the connection by which it hears of others, when it is `maxAgeMs` old.
 */
export function cachedKeys(
  directory: Pick<Directory, 'findKey' | 'watch'>,
  { maxAgeMs, max = 10_000, clock = monotonic }: CachedKeysOptions,
): Directory['findKey'] {
  if (maxAgeMs === 0) return (lookup) => directory.findKey(lookup)
  const keys = remembered<KeyRecord | undefined>({ maxAgeMs, max, clock })
  directory.watch((changed) => {
    if (!changed) keys.forgetAll()
    else if (changed.kind === 'key') changed.lookups.forEach(keys.forget)
  })
  return (lookup) => keys.get(lookup, () => directory.findKey(lookup))
}
