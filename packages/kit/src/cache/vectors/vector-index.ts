import type { Vector } from './quantise.ts'

export type Awaitable<T> = T | Promise<T>

/**
 * What may be compared with each other: a name that its owner has made of everything that must be equal (scope, epoch, model,
 * the rest of the request, embedder). No neighbour ever comes from another partition.
 */
export type PartitionId = string

/** What a row has that has no features. */
export const NO_FEATURES: Uint8Array = new Uint8Array(0)

/** An entry of the cache, as far as its vector is concerned. */
export interface VectorRow {
  readonly id: string
  readonly vector: Vector
  /** Whatever its owner wants back with a neighbour (features of the text, for guards); empty by default. */
  readonly features?: Uint8Array
  /** When nobody needs it any more; never by default. */
  readonly expiresAtMs?: number
}

/** A row near a query. */
export interface Neighbour {
  readonly id: string
  /** The cosine of the angle between the two, from −1 to 1. */
  readonly score: number
  readonly features: Uint8Array
}

/**
 * Finds the nearest rows of a partition: in this process, or in an engine. It is a memory of what its owner keeps elsewhere:
 * it may forget at any time and may lag behind, and whoever serves what it finds asks the owner whether that still is there.
 * What fails in it, and what takes too long, is a miss.
 */
export interface VectorIndex {
  /** How many rows a partition has; undefined while that is not known yet, since they are being loaded. */
  rows(partition: PartitionId): Awaitable<number | undefined>
  /**
   * The rows nearest to a query, best first; none where there are none. An engine that searches by approximation may miss
   * some, and what it gives has its score exactly.
   *
   * @param most at most 32.
   */
  nearest(partition: PartitionId, query: Vector, most: number): Awaitable<readonly Neighbour[]>
  /** Add a row, or replace the one with its id. */
  put(partition: PartitionId, row: VectorRow): Promise<void>
  /** Nothing happens where it is not there. */
  remove(partition: PartitionId, id: string): Promise<void>
  /** Forget a partition: its owner has invalidated it, or it may be behind and is to be loaded anew. */
  drop(partition: PartitionId): Promise<void>
  close(): Promise<void>
}
