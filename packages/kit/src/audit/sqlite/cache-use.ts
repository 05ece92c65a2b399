import type { Query } from './reader.ts'
import { boundsOf, type Span, WITHIN } from './spend.ts'

/** What the cache has done for requests. Money is exact at any size. */
export interface CacheUse {
  /** Requests that were looked for: all but those that passed it by. */
  readonly looked: number
  /** Those that were answered without the provider, whether by the same request, by other words, or by one on its way. */
  readonly served: number
  /** The part of them that was answered by what other words had brought. */
  readonly semantic: number
  /** What calls would have cost that were not made, less what hits were charged. */
  readonly savedNanoUsd: bigint
  /**
   * What looking has cost, embeddings and judgements: one that was made after an answer is in the record of the next request
   * there.
   */
  readonly overheadNanoUsd: bigint
}

const STATEMENT = `SELECT count(*) AS looked,
    coalesce(sum(cache IN ('hit', 'semantic', 'collapsed')), 0) AS served,
    coalesce(sum(cache = 'semantic'), 0) AS semantic,
    coalesce(sum(saved_nano_usd), 0) AS saved, coalesce(sum(cache_overhead_nano_usd), 0) AS overhead
  FROM audit WHERE cache IS NOT NULL AND cache <> 'bypass' AND ${WITHIN}`

export async function cacheUse(query: Query, span: Span): Promise<CacheUse> {
  const [row] = await query({ sql: STATEMENT, values: boundsOf(span) })
  return {
    looked: Number(row!.looked),
    served: Number(row!.served),
    semantic: Number(row!.semantic),
    savedNanoUsd: BigInt(row!.saved as bigint),
    overheadNanoUsd: BigInt(row!.overhead as bigint),
  }
}
