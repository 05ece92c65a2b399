import { LRUCache } from 'lru-cache'
import { type Clock, systemClock } from '../core/clock.ts'
import type { Directory } from '../directory/directory.ts'
import { readable } from '../directory/readable.ts'
import type { Kept } from '../directory/record-store.ts'
import type { RecordKind } from '../directory/records.ts'
import { everyRecord } from './grants.ts'

export interface RecordCacheOptions {
  readonly directory: Pick<Directory, 'records' | 'watch'>
  /** How old what is remembered may be, ms: how long a change goes unseen when nobody is told of it. */
  readonly maxAgeMs?: number
  readonly clock?: Clock
}

/** Records as this process has seen them a moment ago: it answers at once where they are in memory and young enough. */
export interface RecordCache {
  one<Kind extends RecordKind>(
    kind: Kind,
    org: string,
    id: string,
  ): Kept<Kind> | undefined | Promise<Kept<Kind> | undefined>
  /** All of a kind in an org, which are few: tiers, grants. The same list until one of them changes. */
  all<Kind extends RecordKind>(
    kind: Kind,
    org: string,
  ): readonly Kept<Kind>[] | Promise<readonly Kept<Kind>[]>
  close(): void
}

interface Seen {
  readonly value: unknown
  readonly atMs: number
}

/** So many are remembered; of users there may be more. */
const MAX_SEEN = 100_000
const ALL = ''

/**
 * Remember records, for as long as nobody says that they have changed, and never longer than `maxAgeMs`.
 *
 * @throws TollgateError `ledger_unavailable` by what it answers, when the directory cannot be read: what is too old is not
 * served instead.
 */
export function recordCache({
  directory,
  maxAgeMs = 10_000,
  clock = systemClock,
}: RecordCacheOptions): RecordCache {
  const { records } = directory
  const seen = new LRUCache<string, Seen>({ max: MAX_SEEN })
  const loading = new Map<string, Promise<unknown>>()
  /** What is on its way when something changes may have been read before it did. */
  let changes = 0
  const unwatch = directory.watch((changed) => {
    changes += 1
    loading.clear()
    if (!changed) return seen.clear()
    if (changed.kind === 'key') return
    for (const id of [changed.id, ALL]) seen.delete(nameOf(changed.kind, changed.org, id))
  })

  function remembered(name: string, load: () => unknown): unknown {
    const known = seen.get(name)
    const ageMs = known ? clock.now() - known.atMs : Infinity
    // A clock that was set back makes nothing younger.
    if (known && ageMs >= 0 && ageMs < maxAgeMs) return known.value
    const under = loading.get(name)
    if (under) return under
    const [atMs, before] = [clock.now(), changes]
    const keep = (value: unknown) => {
      if (changes === before) seen.set(name, { value, atMs })
      return value
    }
    const found = readable(load)
    if (!(found instanceof Promise)) return keep(found)
    const coming = found.then(keep).finally(() => {
      if (loading.get(name) === coming) loading.delete(name)
    })
    loading.set(name, coming)
    return coming
  }

  return {
    one: (kind, org, id) =>
      remembered(nameOf(kind, org, id), () => records.get(kind, org, id)) as ReturnType<
        RecordCache['one']
      > as never,
    all: (kind, org) => remembered(nameOf(kind, org, ALL), () => everyRecord(records, kind, org)) as never,
    close: unwatch,
  }
}

/** The length first, so that no two of them are spelt alike. */
const nameOf = (kind: RecordKind, org: string, id: string): string => `${kind} ${org.length} ${org} ${id}`
