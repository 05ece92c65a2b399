import { jsKernel } from './kernel/js-kernel.ts'
import type { Kernel } from './kernel/kernel.ts'
import { type Matrix, openMatrix, RESCORED } from './matrix.ts'
import type { Vector } from './quantise.ts'
import { scanBounds } from './scan-bounds.ts'
import { searchMatrix } from './search.ts'
import { type Neighbour, NO_FEATURES, type VectorRow } from './vector-index.ts'

/** The rows of one partition, all of one length. */
export interface PartitionIndex {
  readonly dimensions: number
  readonly count: number
  /** A row that comes now needs the place of another. */
  readonly isFull: boolean
  /** Memory that is taken, bytes, more or less. */
  readonly bytes: number
  has(id: string): boolean
  /**
   * Add a row, or replace the one with its id. Where there is no place left another has to go: the one that `victim` names,
   * else the oldest.
   *
   * @returns who had to go.
   */
  put(row: VectorRow): string | undefined
  /** @returns whether it was there. */
  remove(id: string): boolean
  nearest(query: Vector, most: number): readonly Neighbour[]
}

export interface PartitionIndexOptions {
  readonly dimensions: number
  readonly kernel: Kernel
  readonly maxRows: number
  /** How long a search may take, ms: there are never more rows than that allows. */
  readonly maxScanMs: number
  /** Names the row that can best be spared. */
  readonly victim?: () => string | undefined
}

/**
 * Up to here rows lie in plain memory, and plain JavaScript is fast enough. Most partitions stay as small, and a WebAssembly
 * memory is 64 kB at least, of which a process can have some sixteen thousand.
 */
const SMALL_ROWS = 128
const FIRST_ROWS = 8

/** What an id, its places in the map and in the list, and the features' own object take besides their contents, bytes. */
const ROW_OVERHEAD_BYTES = 200

export function partitionIndex({
  dimensions,
  kernel,
  maxRows: wantedRows,
  maxScanMs,
  victim = () => undefined,
}: PartitionIndexOptions): PartitionIndex {
  const maxRows = Math.min(wantedRows, scanBounds(kernel, dimensions, maxScanMs).maxRows)
  const open = (by: Kernel, rows: number) => {
    const { exactRows } = scanBounds(by, dimensions, maxScanMs)
    return openMatrix({ kernel: by, dimensions, maxRows: rows, exactRows })
  }
  let matrix = open(jsKernel, Math.min(FIRST_ROWS, maxRows))
  /** In the order in which they came, so that the first is the oldest. */
  const rowOf = new Map<string, number>()
  const ids: string[] = []
  const features: Uint8Array[] = []
  let heldBytes = 0

  /** In plain memory too where the machine has no address space left for WebAssembly's. */
  function roomier(rows: number): Matrix {
    if (rows <= Math.min(SMALL_ROWS, maxRows)) return open(jsKernel, rows)
    try {
      return open(kernel, maxRows)
    } catch {
      return open(jsKernel, maxRows)
    }
  }

  function makeRoom(): string | undefined {
    if (matrix.count < matrix.maxRows) return undefined
    if (matrix.maxRows < maxRows) {
      const larger = roomier(matrix.maxRows * 2)
      matrix.copyTo(larger)
      matrix = larger
      return undefined
    }
    const named = victim()
    const gone = named !== undefined && rowOf.has(named) ? named : rowOf.keys().next().value!
    remove(gone)
    return gone
  }

  function remove(id: string): boolean {
    const row = rowOf.get(id)
    if (row === undefined) return false
    heldBytes -= bytesHeld(id, features[row]!)
    rowOf.delete(id)
    matrix.remove(row)
    const [lastId, lastFeatures] = [ids.pop()!, features.pop()!]
    if (lastId === id) return true
    ids[row] = lastId
    features[row] = lastFeatures
    rowOf.set(lastId, row)
    return true
  }

  return {
    dimensions,
    get count() {
      return matrix.count
    },
    get isFull() {
      return matrix.count === maxRows
    },
    get bytes() {
      return matrix.bytes + heldBytes
    },
    has: (id) => rowOf.has(id),
    put({ id, vector, features: own = NO_FEATURES }) {
      if (vector.int8.length !== dimensions) {
        throw new RangeError(`a vector of ${vector.int8.length} numbers among those of ${dimensions}`)
      }
      const known = rowOf.get(id)
      if (known !== undefined) {
        matrix.replace(known, vector)
        heldBytes += own.length - features[known]!.length
        features[known] = own
        return undefined
      }
      const gone = makeRoom()
      // First, since it may throw.
      matrix.append(vector)
      rowOf.set(id, ids.length)
      ids.push(id)
      features.push(own)
      heldBytes += bytesHeld(id, own)
      return gone
    },
    remove,
    nearest(query, most) {
      if (query.int8.length !== dimensions || matrix.count === 0) return []
      return searchMatrix(matrix, query, Math.min(most, RESCORED)).map(({ row, score }) => ({
        id: ids[row]!,
        score,
        features: features[row]!,
      }))
    },
  }
}

const bytesHeld = (id: string, features: Uint8Array): number =>
  ROW_OVERHEAD_BYTES + id.length + features.length
