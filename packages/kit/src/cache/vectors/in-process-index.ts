import type { FleetEvent, FleetLog } from './fleet-log.ts'
import { openPartitions, type Partitions, type PartitionsOptions } from './partitions.ts'
import type { PartitionId, VectorIndex, VectorRow } from './vector-index.ts'
import type { VectorStore } from './vector-store.ts'

export interface InProcessIndexOptions extends Omit<PartitionsOptions, 'store'> {
  /** Where vectors are kept, which the index closes; where absent they end with the process. */
  readonly store?: VectorStore
  /**
   * Told of what is done here, and followed for what others do; the index closes it. Where absent nobody else has this store
   * open.
   */
  readonly log?: FleetLog
  /** A row of a full partition had to make room for another: its entry can no longer be found by what it means. */
  readonly onEvict?: (partition: PartitionId, id: string) => void
  /** A store or a log has failed, or there was no room: that costs hits, and nothing else. */
  readonly onFault?: (error: unknown) => void
}

/** One that answers at once. */
export interface InProcessIndex
  extends Omit<VectorIndex, 'rows' | 'nearest'>,
    Pick<Partitions, 'rows' | 'nearest' | 'bytes'> {}

/**
 * An index in this process, searched without waiting for anybody. Its vectors are kept in a store, which others may share:
 * what one of them adds or removes the others learn from the log.
 *
 * @example
 * const index = inProcessIndex({ store: redisVectors(url), log: redisFleetLog(url) })
 */
export function inProcessIndex({
  store,
  log,
  onEvict = () => {},
  onFault = () => {},
  ...options
}: InProcessIndexOptions = {}): InProcessIndex {
  const partitions = openPartitions({ ...options, ...(store && { store }), onFault })
  const following = log?.follow({ onEvents: heard, onGap: () => partitions.clear() })

  /** Nobody waits for it, and nobody is harmed when it fails. */
  const attempt = (work: () => unknown): Promise<void> =>
    (async () => void (await work()))().catch((error: unknown) => onFault(error))

  async function keep(partition: PartitionId, row: VectorRow): Promise<void> {
    const gone = partitions.put(partition, row)
    if (gone !== undefined) {
      onEvict(partition, gone)
      // Told before the row that took its place: so nobody who follows has to find a victim of his own.
      await forget(partition, gone)
    }
    await store?.put(partition, row)
    await log?.tell({ kind: 'add', partition, id: row.id })
  }

  async function forget(partition: PartitionId, id: string): Promise<void> {
    await store?.remove(partition, id)
    await log?.tell({ kind: 'remove', partition, id })
  }

  async function heard(events: readonly FleetEvent[]): Promise<void> {
    for (const [partition, ids] of changesOf(events)) {
      await attempt(() => take(partitions, store, partition, ids))
    }
  }

  return {
    get bytes() {
      return partitions.bytes
    },
    rows: partitions.rows,
    nearest: partitions.nearest,
    put: (partition, row) => attempt(() => keep(partition, row)),
    remove(partition, id) {
      partitions.remove(partition, id)
      return attempt(() => forget(partition, id))
    },
    drop(partition) {
      partitions.drop(partition)
      return attempt(() => store?.drop(partition))
    },
    async close() {
      await following?.()
      partitions.clear()
      await store?.close()
      await log?.close()
    },
  }
}

/** What events have changed, by partition: each id once, and whether it is there at the end. */
function changesOf(events: readonly FleetEvent[]): Map<PartitionId, Map<string, boolean>> {
  const changes = new Map<PartitionId, Map<string, boolean>>()
  for (const event of events) {
    if (event.kind !== 'add' && event.kind !== 'remove') continue
    const ids = changes.get(event.partition) ?? new Map<string, boolean>()
    changes.set(event.partition, ids.set(event.id, event.kind === 'add'))
  }
  return changes
}

/** Bring a partition in line with what others have done to it. One that is not here is read from the store when it is wanted. */
async function take(
  partitions: Partitions,
  store: VectorStore | undefined,
  partition: PartitionId,
  ids: ReadonlyMap<string, boolean>,
): Promise<void> {
  if (!partitions.holds(partition)) return
  for (const [id, isThere] of ids) if (!isThere) partitions.remove(partition, id)
  const fresh = [...ids].flatMap(([id, isThere]) => (isThere && !partitions.has(partition, id) ? [id] : []))
  if (fresh.length === 0 || !store) return
  for (const row of await store.read(partition, fresh)) partitions.put(partition, row)
}
