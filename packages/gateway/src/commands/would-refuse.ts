import type { SqliteAudit } from '@tollgate/kit/audit/sqlite'
import { nanoToUsd, showUsd } from '@tollgate/kit/core'
import { table } from '../say/table.ts'

const COLUMNS = [
  { title: 'CODE' },
  { title: 'ACCOUNT' },
  { title: 'REQUESTS', right: true },
  { title: 'SPENT', right: true },
  { title: 'FIRST' },
  { title: 'LAST' },
]

/** What would have been refused, had budgets and tiers been enforced; as a table, or as JSON, one object a line. */
export async function wouldRefuseLines(
  records: SqliteAudit,
  sinceMs: number | undefined,
  json: boolean,
): Promise<string[]> {
  const rows = await records.wouldRefuse(sinceMs === undefined ? {} : { sinceMs })
  const iso = (ms: number) => new Date(ms).toISOString()
  if (json) {
    return rows.map(({ code, account, requests, chargedNanoUsd, firstAtMs, lastAtMs }) =>
      JSON.stringify({
        code,
        account,
        requests,
        spent_usd: nanoToUsd(chargedNanoUsd),
        first_at: iso(firstAtMs),
        last_at: iso(lastAtMs),
      }),
    )
  }
  const cells = rows.map((row) => [
    row.code,
    row.account ?? '-',
    String(row.requests),
    showUsd(row.chargedNanoUsd),
    iso(row.firstAtMs),
    iso(row.lastAtMs),
  ])
  return cells.length > 0 ? table(COLUMNS, cells) : ['nothing would have been refused']
}
