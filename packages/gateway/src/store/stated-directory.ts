import { type KeyRecord, type StaticDirectory, staticDirectory } from '@tollgate/kit/directory'

/** The keys that a config states, which may state others when its file has changed. */
export interface StatedDirectory extends StaticDirectory {
  /** @throws RangeError when a record is malformed, or two share an id or a lookup handle: then all stay as they were. */
  replace(records: readonly KeyRecord[]): void
}

export function statedDirectory(records: readonly KeyRecord[]): StatedDirectory {
  let now = staticDirectory(records)
  return {
    ...now,
    findKey: (lookup) => now.findKey(lookup),
    holds: (id) => now.holds(id),
    createKey: (record) => now.createKey(record),
    getKey: (id) => now.getKey(id),
    listKeys: (page) => now.listKeys(page),
    revokeKey: (id, actor, at) => now.revokeKey(id, actor, at),
    changeKey: (id, change) => now.changeKey(id, change),
    rotateKey: (id, secret) => now.rotateKey(id, secret),
    replace(next) {
      now = staticDirectory(next)
    },
  }
}
