import { cosine } from '../../cache/vectors/quantise.ts'
import type { Neighbour, PartitionId, VectorIndex, VectorRow } from '../../cache/vectors/vector-index.ts'

/** An index that is obviously right: a map, and every row looked at. */
export function bruteForceIndex(): VectorIndex {
  const partitions = new Map<PartitionId, Map<string, VectorRow>>()
  const rowsOf = (partition: PartitionId) => partitions.get(partition) ?? new Map<string, VectorRow>()
  return {
    rows: (partition) => rowsOf(partition).size,
    nearest(partition, query, most) {
      const neighbours = [...rowsOf(partition).values()].map(({ id, vector, features }): Neighbour => {
        const dot = vector.int8.reduce((sum, value, at) => sum + value * query.int8[at]!, 0)
        return {
          id,
          score: cosine(dot, vector.square, query.square),
          features: features ?? new Uint8Array(0),
        }
      })
      return neighbours.sort((a, b) => b.score - a.score).slice(0, most)
    },
    async put(partition, row) {
      partitions.set(partition, rowsOf(partition).set(row.id, row))
    },
    async remove(partition, id) {
      rowsOf(partition).delete(id)
    },
    async drop(partition) {
      partitions.delete(partition)
    },
    async close() {
      partitions.clear()
    },
  }
}
