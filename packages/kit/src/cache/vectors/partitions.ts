import { LRUCache } from 'lru-cache'
import type { Kernel } from './kernel/kernel.ts'
import { pickKernel } from './kernel/pick-kernel.ts'
import { type PartitionIndex, partitionIndex } from './partition-index.ts'
import type { Vector } from './quantise.ts'
import type { Neighbour, PartitionId, VectorRow } from './vector-index.ts'
import type { VectorStore } from './vector-store.ts'

export interface PartitionsOptions {
  /** Where rows are kept that a partition is filled with when it is first asked for; nowhere by default. */
  readonly store?: Pick<VectorStore, 'load'>
  /** Rows of one partition. */
  readonly maxRows?: number
  /** How long a search may hold up the event loop, ms: a partition has never more rows than that allows. */
  readonly maxScanMs?: number
  /** Memory of all partitions together, bytes; beyond it those are forgotten that nobody has asked for the longest. */
  readonly maxBytes?: number
  /** Names the row of a full partition that can best be spared; the oldest by default. */
  readonly victim?: (partition: PartitionId) => string | undefined
  /** A partition could not be loaded: it is forgotten, and whoever asks for it next begins anew. */
  readonly onFault?: (error: unknown) => void
  /** Another kernel than the fastest that this machine has. */
  readonly kernel?: Kernel['name']
}

/** Partitions by their ids. Nothing here waits for anybody: one that is being loaded has the rows that have come so far. */
export interface Partitions {
  /** How many rows a partition has; undefined while they are being loaded, which the first question begins. */
  rows(partition: PartitionId): number | undefined
  nearest(partition: PartitionId, query: Vector, most: number): readonly Neighbour[]
  /**
   * @returns the row of a full partition that had to go for it.
   * @throws RangeError when its vector is of another length than the others, or the machine has no room for it.
   */
  put(partition: PartitionId, row: VectorRow): string | undefined
  remove(partition: PartitionId, id: string): void
  drop(partition: PartitionId): void
  /** Whether a partition is here, wholly or in part. Asking does not load it. */
  holds(partition: PartitionId): boolean
  has(partition: PartitionId, id: string): boolean
  /** Forget everything. */
  clear(): void
  /** Memory that is taken, bytes. */
  readonly bytes: number
}

interface Partition {
  /** Undefined until the first row says how many numbers there are. */
  index: PartitionIndex | undefined
  /** Ids that were put or removed while it is being loaded: what the store says of them is older. */
  touched: Set<string> | undefined
}

/** What an empty partition takes, bytes: a name, and a place in a map. */
const EMPTY_BYTES = 512

/** No partitions yet: each is filled when it is first asked for, within bounds of rows and bytes. */
export function openPartitions({
  store,
  maxRows = 20_000,
  maxScanMs = 1,
  maxBytes = 256 * 2 ** 20,
  victim,
  onFault = () => {},
  kernel: name,
}: PartitionsOptions): Partitions {
  const kernel = pickKernel(name)
  const partitions = new LRUCache<PartitionId, Partition>({ maxSize: maxBytes })

  const keep = (id: PartitionId, partition: Partition): void => {
    // Of a value that is there already the cache would not take the new size.
    partitions.delete(id)
    partitions.set(id, partition, { size: EMPTY_BYTES + (partition.index?.bytes ?? 0) })
  }

  function partitionOf(id: PartitionId): Partition {
    const known = partitions.get(id)
    if (known) return known
    const partition: Partition = { index: undefined, touched: store && new Set() }
    keep(id, partition)
    if (store) void fill(id, partition, store)
    return partition
  }

  function add(id: PartitionId, partition: Partition, row: VectorRow): string | undefined {
    partition.index ??= partitionIndex({
      dimensions: row.vector.int8.length,
      kernel,
      maxRows,
      maxScanMs,
      ...(victim ? { victim: () => victim(id) } : {}),
    })
    return partition.index.put(row)
  }

  async function fill(id: PartitionId, partition: Partition, from: Pick<VectorStore, 'load'>): Promise<void> {
    try {
      for await (const rows of from.load(id)) {
        // It was dropped meanwhile, or forgotten: whoever asks next begins anew.
        if (partitions.peek(id) !== partition) return
        for (const row of rows) admit(id, partition, row)
        keep(id, partition)
        if (partition.index?.isFull) break
      }
    } catch (error) {
      if (partitions.peek(id) === partition) partitions.delete(id)
      onFault(error)
    }
    partition.touched = undefined
  }

  /** A stored row, which makes room for none that came later. */
  function admit(id: PartitionId, partition: Partition, row: VectorRow): void {
    const { index, touched } = partition
    const fits = !index || (!index.isFull && index.dimensions === row.vector.int8.length)
    if (fits && !touched?.has(row.id)) add(id, partition, row)
  }

  return {
    rows(id) {
      const { index, touched } = partitionOf(id)
      return touched ? undefined : (index?.count ?? 0)
    },
    nearest: (id, query, most) => partitionOf(id).index?.nearest(query, most) ?? [],
    put(id, row) {
      const partition = partitionOf(id)
      partition.touched?.add(row.id)
      const gone = add(id, partition, row)
      keep(id, partition)
      return gone
    },
    remove(id, rowId) {
      const partition = partitions.peek(id)
      partition?.touched?.add(rowId)
      partition?.index?.remove(rowId)
    },
    drop: (id) => void partitions.delete(id),
    holds: (id) => partitions.has(id),
    has: (id, rowId) => partitions.peek(id)?.index?.has(rowId) ?? false,
    clear: () => partitions.clear(),
    get bytes() {
      return partitions.calculatedSize
    },
  }
}
