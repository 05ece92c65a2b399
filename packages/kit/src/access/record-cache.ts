import { type Clock, systemClock } from '../core/clock.ts'
import type { Directory } from '../directory/directory.ts'
import { everyRecord } from '../directory/every-record.ts'
import { readable } from '../directory/readable.ts'
import type { Kept } from '../directory/record-store.ts'
import type { RecordKind } from '../directory/records.ts'
import { remembered } from '../directory/remembered.ts'

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
  const seen = remembered<unknown>({ maxAgeMs, max: MAX_SEEN, clock })
  const unwatch = directory.watch((changed) => {
    if (!changed) return seen.forgetAll()
    if (changed.kind === 'key') return
    for (const id of [changed.id, ALL]) seen.forget(nameOf(changed.kind, changed.org, id))
  })
  const read = (name: string, load: () => unknown) => seen.get(name, () => readable(load)) as never

  return {
    one: (kind, org, id) => read(nameOf(kind, org, id), () => records.get(kind, org, id)),
    all: (kind, org) => read(nameOf(kind, org, ALL), () => everyRecord(records, kind, org)),
    close: unwatch,
  }
}

/** The length first, so that no two of them are spelt alike. */
const nameOf = (kind: RecordKind, org: string, id: string): string => `${kind} ${org.length} ${org} ${id}`
