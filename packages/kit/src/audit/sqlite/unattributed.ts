import type { AccountState } from '../../ledger/ledger.ts'
import type { Query } from './reader.ts'

/** What the books say an org has spent, all time, and how much of it the records explain. */
export interface Attribution {
  readonly org: string
  readonly spentNanoUsd: bigint
  /** The sum of its records, of those too old to be kept as well. */
  readonly recordedNanoUsd: bigint
  /**
   * What is left: records that were dropped or lost with a process, and corrections that an operator made to a counter.
   * Below zero where such a correction lowered it.
   */
  readonly unattributedNanoUsd: bigint
}

const RECORDED = `SELECT org, sum(charged) AS charged FROM (
    SELECT coalesce(org, '') AS org, charged_nano_usd AS charged FROM audit
    UNION ALL SELECT org, charged_nano_usd FROM audit_pruned
  ) GROUP BY org`

/** Compare the books' orgs with the records. Everything is charged to an org, so the sum of these lines is the books' sum. */
export async function unattributed(
  query: Query,
  accounts: readonly AccountState[],
): Promise<readonly Attribution[]> {
  const rows = await query({ sql: RECORDED, values: [] })
  const recorded = new Map(rows.map((row) => [row.org as string, row.charged as bigint]))
  return accounts.flatMap(({ org, account, spent }) => {
    if (account !== `org:${org}`) return []
    const spentNanoUsd = BigInt(spent)
    const recordedNanoUsd = recorded.get(org) ?? 0n
    return [{ org, spentNanoUsd, recordedNanoUsd, unattributedNanoUsd: spentNanoUsd - recordedNanoUsd }]
  })
}
