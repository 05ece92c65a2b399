import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../core/clock.ts'
import { changedBy } from './changed.ts'
import { checkRecord } from './check-record.ts'
import { type Changed, pageLimit } from './directory.ts'
import type { Actor, Kept, PutResult, RecordStore, RemoveResult } from './record-store.ts'
import type { RecordKind } from './records.ts'
import type { Shelves } from './shelves.ts'

/** Records on a store, by the rule that {@link directoryOn} goes by: read, decide, compare and set. */
export function recordStoreOn(shelves: Shelves, clock: Clock, tell: (changed: Changed) => void): RecordStore {
  async function swap(before: Kept | undefined, after: Kept | undefined, actor: Actor, atMs: number) {
    const { kind, org, id } = (after ?? before)!
    const change = { kind, org, id, atMs, actor, before: before?.value, after: after?.value }
    const revision = after?.revision ?? before!.revision + 1
    const status = await shelves.swapRecord({ before, after, revision, change })
    if (status === 'done') tell(changedBy(change))
    return status
  }

  async function put({ kind, org, id, ifRevision, ...given }: AnyPut, actor: Actor): Promise<PutResult> {
    // As JSON has it, so that what is answered is what everybody else will read.
    const value = JSON.parse(JSON.stringify(given.value))
    const owner = actor.owner ?? 'directory'
    checkRecord({ kind, org, id, value })
    for (;;) {
      const before = await shelves.record(kind, org, id)
      if (isOwnedElsewhere(before, actor)) return { status: 'read_only', kept: before }
      if (isAtAnother(before, ifRevision)) return { status: 'conflict', kept: before }
      if (before?.owner === owner && isDeepStrictEqual(before.value, value))
        return { status: 'unchanged', kept: before }
      const changedAtMs = clock.now()
      const revision = (before?.revision ?? (await shelves.goneAt(kind, org, id))) + 1
      const after: Kept = { kind, org, id, revision, value, owner, changedAtMs }
      if ((await swap(before, after, actor, changedAtMs)) === 'done')
        return { status: before ? 'changed' : 'created', kept: after }
    }
  }

  return {
    get: (kind, org, id) => shelves.record(kind, org, id) as never,
    list: async (kind, org, { after = '', limit } = {}) =>
      shelves.records(kind, org, { after, limit: pageLimit(limit) }) as never,
    put: put as RecordStore['put'],
    async remove({ kind, org, id, ifRevision }, actor): Promise<RemoveResult> {
      for (;;) {
        const before = await shelves.record(kind, org, id)
        if (!before) return { status: 'unknown' }
        if (isOwnedElsewhere(before, actor)) return { status: 'read_only' }
        if (isAtAnother(before, ifRevision)) return { status: 'conflict' }
        if ((await swap(before, undefined, actor, clock.now())) === 'done') return { status: 'removed' }
      }
    },
    changes: async (org, { before = Number.MAX_SAFE_INTEGER, limit } = {}) =>
      shelves.changes(org, { before, limit: pageLimit(limit) }),
  }
}

interface AnyPut {
  readonly kind: RecordKind
  readonly org: string
  readonly id: string
  readonly value: unknown
  readonly ifRevision?: number
}

/** What a config file owns, only that file changes. */
const isOwnedElsewhere = (kept: Kept | undefined, { owner }: Actor): boolean =>
  kept?.owner === 'config' && owner !== 'config'

const isAtAnother = (kept: Kept | undefined, ifRevision: number | undefined): boolean =>
  ifRevision !== undefined && ifRevision !== (kept?.revision ?? 0)
