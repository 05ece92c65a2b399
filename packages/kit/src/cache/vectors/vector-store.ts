import type { PartitionId, VectorRow } from './vector-index.ts'

/** Where vectors outlive a process: an index is filled from it, partition by partition, when one is first asked for. */
export interface VectorStore {
  put(partition: PartitionId, row: VectorRow): Promise<void>
  remove(partition: PartitionId, id: string): Promise<void>
  /** Those of these rows that there are, and that have not expired. */
  read(partition: PartitionId, ids: readonly string[]): Promise<readonly VectorRow[]>
  /** All rows that have not expired, some at a time, so that nobody waits for a large partition. */
  load(partition: PartitionId): AsyncIterable<readonly VectorRow[]>
  drop(partition: PartitionId): Promise<void>
  close(): Promise<void>
}
