import { checkKeyRecord } from './check-key.ts'
import { type Directory, keyPage } from './directory.ts'
import { type KeyRecord, keySummary } from './key-record.ts'
import type { RecordStore } from './record-store.ts'

/** A directory that never changes, and therefore answers at once. */
export interface StaticDirectory extends Directory {
  findKey(lookup: string): KeyRecord | undefined
  /** Whether a key of this id is in it. */
  holds(id: string): boolean
}

/**
 * The keys that a config file owns: in memory, and no others. It refuses every change as `read_only`, and keeps no records
 * besides keys.
 *
 * @throws RangeError when a record is malformed, or two share an id or a lookup handle.
 */
export function staticDirectory(records: readonly KeyRecord[]): StaticDirectory {
  records.forEach(checkKeyRecord)
  const byLookup = new Map(records.map((record) => [record.lookup, record]))
  const byId = new Map(records.map((record) => [record.id, record]))
  if (byId.size < records.length) throw new RangeError('two keys have the same id')
  if (byLookup.size < records.length) throw new RangeError('two keys have the same secret')
  const ids = [...byId.keys()].sort()
  const untouched = async (id: string) => ({ status: byId.has(id) ? 'read_only' : 'unknown' }) as const

  return {
    findKey: (lookup) => byLookup.get(lookup),
    holds: (id) => byId.has(id),
    createKey: async ({ id, lookup }) => ({
      status: byId.has(id) || byLookup.has(lookup) ? 'exists' : 'read_only',
    }),
    getKey: async (id) => {
      const key = byId.get(id)
      return key && keySummary(key)
    },
    listKeys: async (page) => {
      const { after, limit } = keyPage(page)
      const wanted = ids.filter((id) => id > after).slice(0, limit)
      return wanted.map((id) => keySummary(byId.get(id)!))
    },
    revokeKey: untouched,
    changeKey: untouched,
    rotateKey: untouched,
    records: NO_RECORDS,
    watch: () => () => {},
    close: async () => {},
  }
}

const NO_RECORDS: RecordStore = {
  get: () => undefined,
  list: async () => [],
  put: async () => ({ status: 'read_only', kept: undefined }),
  remove: async () => ({ status: 'unknown' }),
  changes: async () => [],
}
