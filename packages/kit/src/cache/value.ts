/**
 * What an entry is worth beside others when there is no more room: what its hits have saved, for each byte that it takes,
 * above the worth of whatever went before it. So what was once asked for often gives way in time, as in Greedy-Dual-Size-
 * Frequency: https://www.hpl.hp.com/techreports/98/HPL-98-69R1.pdf
 *
 * @param floor the rank of the last one that went from the same place.
 */
export function rankOf({ floor, hits, costNanoUsd, bytes }: Worth): number {
  // What cost nothing saves the wait all the same.
  return floor + ((hits + 1) * (costNanoUsd + 1)) / bytes
}

export interface Worth {
  readonly floor: number
  readonly hits: number
  readonly costNanoUsd: number
  readonly bytes: number
}
