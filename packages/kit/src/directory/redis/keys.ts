import { ledgerKeys } from '../../ledger/redis/keys.ts'
import type { RecordKind } from '../records.ts'

/** What the keys and the documents in them mean: another meaning is another number. */
export const LAYOUT = 1

/** The keys of a directory, each made here and nowhere else. */
export interface DirectoryKeys {
  /** String: the layout that is written. */
  readonly layout: string
  /** Sorted set: `id handle` of every virtual key. */
  readonly ids: string
  /** Pub/sub channel: what has changed. */
  readonly channel: string
  /** String: the virtual key that has this handle. */
  key(lookup: string): string
  /** Sorted set: the records of a kind in an org. */
  records(org: string, kind: RecordKind): string
  /** Hash: the revisions at which records of a kind in an org were taken away, by id. */
  gone(org: string, kind: RecordKind): string
  /** List: what was changed in an org. */
  changes(org: string): string
}

/**
 * All of a directory is in one slot of a Cluster: a virtual key is looked up by somebody who does not know its org yet, its
 * id and its handle are nobody else's in any org, and each change is one script with its line in the history of the org.
 *
 * @param prefix stands before every key, as before those of the ledger.
 * @throws RangeError when it has a brace or a space.
 */
export function directoryKeys(prefix: string): DirectoryKeys {
  ledgerKeys(prefix)
  const all = `${prefix}:directory`
  const own = `${all}:${LAYOUT}:{${prefix}}`
  return {
    // Outside of what has a number, so that every release finds it.
    layout: `${all}:layout:{${prefix}}`,
    ids: `${own}:ids`,
    channel: `${own}:changed`,
    key: (lookup) => `${own}:key:${lookup}`,
    records: (org, kind) => `${own}:records:${kind}:${org}`,
    gone: (org, kind) => `${own}:gone:${kind}:${org}`,
    changes: (org) => `${own}:changes:${org}`,
  }
}
