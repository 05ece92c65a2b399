import { type Directory, keyPage } from './directory.ts'
import type { KeyRecord } from './key-record.ts'
import type { StaticDirectory } from './static-directory.ts'

export interface LayeredDirectoryOptions {
  /** Asked first, never written to: the keys of a config file. */
  readonly front: StaticDirectory
  /** Asked next, and where new keys go; all other records are here. */
  readonly back: Directory
}

/**
 * One directory before another. A key in front takes the place of one behind it that has its id or its lookup handle:
 * two keys would otherwise spend from one account, and only one of them would be listed.
 */
export function layeredDirectory({ front, back }: LayeredDirectoryOptions): Directory {
  const unlessHidden = (key: KeyRecord | undefined) => (key && front.holds(key.id) ? undefined : key)
  const READ_ONLY = { status: 'read_only' } as const

  return {
    findKey(lookup) {
      const inFront = front.findKey(lookup)
      if (inFront) return inFront
      const behind = back.findKey(lookup)
      return behind instanceof Promise ? behind.then(unlessHidden) : unlessHidden(behind)
    },
    async createKey(record, actor) {
      const { status } = await front.createKey(record)
      return status === 'read_only' ? back.createKey(record, actor) : { status }
    },
    getKey: async (id) => (front.holds(id) ? front.getKey(id) : back.getKey(id)),
    async listKeys(page) {
      const { after, limit } = keyPage(page)
      const [inFront, behind] = await Promise.all([
        front.listKeys({ after, limit }),
        back.listKeys({ after, limit }),
      ])
      const keys = new Map([...behind, ...inFront].map((key) => [key.id, key]))
      return [...keys.values()].sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit)
    },
    revokeKey: async (id, actor, at) => (front.holds(id) ? READ_ONLY : back.revokeKey(id, actor, at)),
    changeKey: async (id, change, actor) => (front.holds(id) ? READ_ONLY : back.changeKey(id, change, actor)),
    async rotateKey(id, secret, actor) {
      if (front.holds(id)) return READ_ONLY
      return front.findKey(secret.lookup) ? { status: 'taken' } : back.rotateKey(id, secret, actor)
    },
    records: back.records,
    watch: (listener) => back.watch(listener),
    async close() {
      await Promise.all([front.close(), back.close()])
    },
  }
}
