import type { SpendGroup, SpendRow, SqliteAudit } from '@tollgate/kit/audit/sqlite'
import { nanoToUsd } from '@tollgate/kit/core'
import type { Ledger } from '@tollgate/kit/ledger'

/** Who or what has spent how much, and what of the books no record explains. */
export interface SpendReport {
  readonly groupBy: readonly SpendGroup[]
  /** Requests that came at this time or later; undefined for all there are. */
  readonly sinceMs: number | undefined
  readonly rows: readonly SpendRow[]
  /**
   * What the books hold and no record explains, all time: records that were dropped, or died with a process. Nano-USD.
   */
  readonly unattributed: bigint
  /** What expired reservations were charged and nobody has confirmed, all time. Nano-USD. */
  readonly unconfirmed: bigint
}

export interface SpendReportOptions {
  readonly records: SqliteAudit
  readonly ledger: Ledger
  readonly groupBy: readonly SpendGroup[]
  readonly sinceMs: number | undefined
}

/** @throws RangeError for a group that there is not. */
export async function spendReport({
  records,
  ledger,
  groupBy,
  sinceMs,
}: SpendReportOptions): Promise<SpendReport> {
  const rows = await records.spendBy({ groupBy, ...(sinceMs !== undefined && { sinceMs }) })
  const accounts = await ledger.accounts()
  const orgs = accounts.filter(({ account }) => account.startsWith('org:'))
  const unexplained = await records.unattributed(orgs)
  return {
    groupBy,
    sinceMs,
    rows,
    unattributed: unexplained.reduce((sum, { unattributedNanoUsd }) => sum + unattributedNanoUsd, 0n),
    unconfirmed: orgs.reduce((sum, { unconfirmed }) => sum + BigInt(unconfirmed), 0n),
  }
}

/** A report as the admin API and `--json` give it. */
export function spendJson({ groupBy, sinceMs, rows, unattributed, unconfirmed }: SpendReport): object {
  return {
    group_by: groupBy,
    since: sinceMs === undefined ? null : new Date(sinceMs).toISOString(),
    rows: rows.map((row) => ({
      ...row.by,
      requests: row.requests,
      refused: row.refused,
      input_tokens: row.inputTokens,
      output_tokens: row.outputTokens,
      spent_usd: nanoToUsd(row.chargedNanoUsd),
      estimated_usd: nanoToUsd(row.estimatedNanoUsd),
      unconfirmed_usd: nanoToUsd(row.unconfirmedNanoUsd),
    })),
    unattributed_usd: nanoToUsd(unattributed),
    unconfirmed_usd: nanoToUsd(unconfirmed),
  }
}

/** `team,model` as groups; what there is not is refused by the report itself. */
export function groupsOf(text: string): SpendGroup[] {
  return text.split(',').map((group) => group.trim()) as SpendGroup[]
}
