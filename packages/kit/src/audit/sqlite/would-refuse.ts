import type { ErrorCode } from '../../core/errors.ts'
import type { AccountId } from '../../ledger/ledger.ts'
import type { Query } from './reader.ts'
import { boundsOf, type Span, WITHIN } from './spend.ts'

/** What enforcement would have refused while it only observed. */
export interface WouldRefuseRow {
  readonly code: ErrorCode
  /** The account whose budget it was, or the caller's own account for a tier. */
  readonly account: AccountId | null
  readonly requests: number
  /** What those requests cost, since they were let pass. */
  readonly chargedNanoUsd: bigint
  readonly firstAtMs: number
  readonly lastAtMs: number
}

const STATEMENT = `SELECT would_refuse AS code, would_refuse_account AS account, count(*) AS requests,
    sum(charged_nano_usd) AS charged, min(at_ms) AS first_at, max(at_ms) AS last_at
  FROM audit WHERE would_refuse IS NOT NULL AND ${WITHIN}
  GROUP BY 1, 2 ORDER BY requests DESC, 1, 2`

export async function wouldRefuse(query: Query, span: Span): Promise<readonly WouldRefuseRow[]> {
  const rows = await query({ sql: STATEMENT, values: boundsOf(span) })
  return rows.map((row) => ({
    code: row.code as ErrorCode,
    account: row.account as AccountId | null,
    requests: Number(row.requests),
    chargedNanoUsd: row.charged as bigint,
    firstAtMs: Number(row.first_at),
    lastAtMs: Number(row.last_at),
  }))
}
