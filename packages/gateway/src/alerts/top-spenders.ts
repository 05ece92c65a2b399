import type { Crossing } from '@tollgate/kit/ledger'
import type { SpendReports } from '../report/spend-report.ts'
import type { Spender } from './alert.ts'

const DAY_MS = 86_400_000
const DAYS = { hour: 1, day: 1, week: 7, month: 31, total: undefined } as const
const MOST = 3

/**
 * Who has spent most of a budget: its keys, or of a key its models, by the records or roll-ups of the days that its window
 * may have begun on. An alert without them is better than none, so nothing is thrown.
 */
export async function topSpenders(
  reports: SpendReports,
  { account, window }: Crossing,
  nowMs: number,
): Promise<readonly Spender[]> {
  const [kind, id] = [account.slice(0, account.indexOf(':')), account.slice(account.indexOf(':') + 1)]
  const by = kind === 'key' ? 'model' : 'key'
  const days = DAYS[window]
  const sinceMs = days && (Math.floor(nowMs / DAY_MS) + 1 - days) * DAY_MS
  try {
    const report = await reports({ groupBy: [kind, by], sinceMs, nowMs })
    const { rows } = report.json() as { rows: readonly Readonly<Record<string, string | null>>[] }
    return rows
      .filter((row) => row[kind] === id)
      .slice(0, MOST)
      .map((row) => ({ name: row[by] ?? `no ${by}`, spentUsd: row.spent_usd! }))
  } catch {
    return []
  }
}
