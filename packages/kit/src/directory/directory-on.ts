import type { Clock } from '../core/clock.ts'
import { changedBy } from './changed.ts'
import { checkKeyRecord } from './check-key.ts'
import { type ChangeKeyResult, type Directory, keyPage } from './directory.ts'
import { changedKey, revokedKey, rotatedKey, withoutEndedGrace } from './key-change.ts'
import { type KeyRecord, keySummary, secretAt } from './key-record.ts'
import type { Actor } from './record-store.ts'
import { recordStoreOn } from './record-store-on.ts'
import type { Shelves } from './shelves.ts'
import { watchers } from './watchers.ts'

/** Who changes something and does not say who it is. */
const UNNAMED: Actor = { by: 'unnamed' }

/**
 * A directory on a store: everything that is decided, written once for all of them. Each change is read, decided and then
 * compared and set; where somebody else was faster it is read and decided again, so that nobody's change is lost.
 */
export function directoryOn(shelves: Shelves, clock: Clock): Directory {
  const watching = watchers(shelves.watch)

  async function swapKey(before: KeyRecord | undefined, after: KeyRecord, { actor, nowMs }: Deed) {
    const { org, id } = after
    const shown = { before: before && keySummary(before), after: keySummary(after) }
    const change = { kind: 'key', org, id, atMs: nowMs, actor, ...shown } as const
    const status = await shelves.swapKey({ before, after, change })
    if (status === 'done') watching.tell(changedBy(change))
    return status
  }

  /** Change a key until nobody has changed it in between; whoever decides may also say why it stays as it is. */
  async function reviseKey<Refusal extends string>(
    id: string,
    actor: Actor,
    decide: (key: KeyRecord, nowMs: number) => KeyRecord | Refusal,
  ): Promise<{ status: 'done'; key: KeyRecord } | { status: Refusal | 'unknown' | 'taken' }> {
    for (;;) {
      const before = await shelves.keyNamed(id)
      if (!before) return { status: 'unknown' }
      const nowMs = clock.now()
      const decided = decide(withoutEndedGrace(before, nowMs), nowMs)
      if (typeof decided === 'string') return { status: decided }
      const after = { ...decided, revision: (before.revision ?? 1) + 1 }
      checkKeyRecord(after)
      const status = await swapKey(before, after, { actor, nowMs })
      if (status === 'done') return { status, key: after }
      if (status === 'taken') return { status }
    }
  }

  async function changeLiving(
    id: string,
    { actor, ifRevision }: { readonly actor: Actor; readonly ifRevision: number | undefined },
    next: (key: KeyRecord, nowMs: number) => KeyRecord | 'taken',
  ): Promise<ChangeKeyResult> {
    const result = await reviseKey(id, actor, (key, nowMs) => {
      if (key.revokedAtMs !== undefined) return 'revoked'
      if (isAtAnother(key, ifRevision)) return 'conflict'
      return next(key, nowMs)
    })
    if (result.status !== 'done') return { status: result.status }
    return { status: 'changed', key: keySummary(result.key) }
  }

  return {
    findKey(lookup) {
      const current = (key: KeyRecord | undefined) =>
        key && secretAt(key, lookup, clock.now()) ? key : undefined
      const found = shelves.keyAt(lookup)
      return found instanceof Promise ? found.then(current) : current(found)
    },
    async createKey(record, actor = UNNAMED) {
      checkKeyRecord(record)
      const status = await swapKey(undefined, { ...record, revision: 1 }, { actor, nowMs: clock.now() })
      return { status: status === 'done' ? 'created' : 'exists' }
    },
    async getKey(id) {
      const key = await shelves.keyNamed(id)
      return key && keySummary(key)
    },
    listKeys: async (page) => shelves.keys(keyPage(page)),
    async revokeKey(id, actor = UNNAMED, { ifRevision } = {}) {
      const { status } = await reviseKey(id, actor, (key, nowMs) => {
        if (isAtAnother(key, ifRevision)) return 'conflict'
        return key.revokedAtMs === undefined ? revokedKey(key, nowMs) : 'repeat'
      })
      if (status === 'done') return { status: 'revoked' }
      if (status === 'taken')
        throw new Error(`key ${id} has a handle of another key: the directory is damaged`)
      return { status }
    },
    changeKey: (id, { ifRevision, ...change }, actor = UNNAMED) =>
      changeLiving(id, { actor, ifRevision }, (key) => changedKey(key, change)),
    rotateKey: (id, { ifRevision, ...secret }, actor = UNNAMED) =>
      changeLiving(id, { actor, ifRevision }, (key, nowMs) =>
        secret.lookup === key.lookup ? 'taken' : rotatedKey(key, secret, nowMs),
      ),
    records: recordStoreOn(shelves, clock, watching.tell),
    watch: watching.add,
    async close() {
      watching.close()
      await shelves.close()
    },
  }
}

const isAtAnother = ({ revision = 1 }: KeyRecord, ifRevision: number | undefined): boolean =>
  ifRevision !== undefined && ifRevision !== revision

interface Deed {
  readonly actor: Actor
  readonly nowMs: number
}
