import type { PartitionId } from '../vector-index.ts'

/**
 * Every key of the vectors is made here. What the fields mean is the layout's: another meaning is another number. The keys of
 * partitions are spread over a Cluster, since no command touches two of them.
 */
const LAYOUT = 1

export interface VectorKeys {
  /** Hash: id → row, as `row.ts` writes it. */
  partition(partition: PartitionId): string
  /** Stream: what the processes of a fleet tell each other. */
  readonly log: string
}

/** @param prefix stands before every key, as before those of the ledger. */
export const vectorKeys = (prefix: string): VectorKeys => ({
  partition: (partition) => `${prefix}:vectors:${LAYOUT}:p:${partition}`,
  log: `${prefix}:vectors:${LAYOUT}:log`,
})
