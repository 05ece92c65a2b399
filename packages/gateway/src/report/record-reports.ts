import type { SpendGroup, SpendPieces, SpendRow, SqliteAudit } from '@tollgate/kit/audit/sqlite'
import { nanoToUsd, showUsd } from '@tollgate/kit/core'
import type { Ledger } from '@tollgate/kit/ledger'
import { decimalOf, piecesText } from '../say/pieces.ts'
import { table } from '../say/table.ts'
import { type SpendQuery, type SpendReports, Unanswered } from './spend-report.ts'

export interface RecordReportsOptions {
  readonly records: SqliteAudit
  readonly ledger: Ledger
}

/** Tells who spent how much from the table of records, where a file holds both it and the books. */
export function recordReports({ records, ledger }: RecordReportsOptions): SpendReports {
  return async ({ groupBy, sinceMs }) => {
    const rows = await rowsOf(records, groupBy, sinceMs)
    const accounts = await ledger.accounts()
    const orgs = accounts.filter(({ account }) => account.startsWith('org:'))
    const unexplained = await records.unattributed(orgs)
    const figures = {
      groupBy: groupBy as SpendGroup[],
      sinceMs,
      rows,
      unattributed: unexplained.reduce((sum, { unattributedNanoUsd }) => sum + unattributedNanoUsd, 0n),
      unconfirmed: orgs.reduce((sum, { unconfirmed }) => sum + BigInt(unconfirmed), 0n),
    }
    return { lines: () => linesOf(figures), json: () => jsonOf(figures) }
  }
}

async function rowsOf(
  records: SqliteAudit,
  groupBy: SpendQuery['groupBy'],
  sinceMs: number | undefined,
): Promise<readonly SpendRow[]> {
  try {
    return await records.spendBy({
      groupBy: groupBy as SpendGroup[],
      ...(sinceMs !== undefined && { sinceMs }),
    })
  } catch (error) {
    throw error instanceof RangeError ? new Unanswered('groupBy', error.message) : error
  }
}

interface Figures {
  readonly groupBy: readonly SpendGroup[]
  readonly sinceMs: number | undefined
  readonly rows: readonly SpendRow[]
  /** What the books hold and no record explains, all time: records that were dropped, or died with a process. Nano-USD. */
  readonly unattributed: bigint
  /** What expired reservations were charged and nobody has confirmed, all time. Nano-USD. */
  readonly unconfirmed: bigint
}

const COUNTS = ['REQUESTS', 'REFUSED', 'TOKENS IN', 'TOKENS OUT']

function linesOf({ groupBy, rows, unattributed, unconfirmed }: Figures): string[] {
  const pieces = rows.map((row) => piecesText(row.pieces).join(', '))
  const hasPieces = pieces.some((text) => text !== '')
  const titles = [...COUNTS, ...(hasPieces ? ['PIECES'] : []), 'SPENT']
  const cells = rows.map((row, at) => [
    ...groupBy.map((group) => row.by[group] ?? '-'),
    ...[row.requests, row.refused, row.inputTokens, row.outputTokens].map(String),
    ...(hasPieces ? [pieces[at] || '-'] : []),
    showUsd(row.chargedNanoUsd),
  ])
  const total = rows.reduce((sum, row) => sum + row.chargedNanoUsd, 0n)
  return [
    ...table(
      [
        ...groupBy.map((group) => ({ title: group.toUpperCase() })),
        ...titles.map((title) => ({ title, right: true })),
      ],
      cells,
    ),
    '',
    `total         ${showUsd(total)}`,
    `unattributed  ${showUsd(unattributed)} (all time: in the books, and in no record)`,
    `unconfirmed   ${showUsd(unconfirmed)} (all time: of expired reservations; see tollgate ledger expired)`,
  ]
}

function jsonOf({ groupBy, sinceMs, rows, unattributed, unconfirmed }: Figures): object {
  return {
    group_by: groupBy,
    since: sinceMs === undefined ? null : new Date(sinceMs).toISOString(),
    rows: rows.map((row) => ({
      ...row.by,
      requests: row.requests,
      refused: row.refused,
      input_tokens: row.inputTokens,
      output_tokens: row.outputTokens,
      ...piecesJson(row.pieces),
      spent_usd: nanoToUsd(row.chargedNanoUsd),
      estimated_usd: nanoToUsd(row.estimatedNanoUsd),
      unconfirmed_usd: nanoToUsd(row.unconfirmedNanoUsd),
    })),
    unattributed_usd: nanoToUsd(unattributed),
    unconfirmed_usd: nanoToUsd(unconfirmed),
  }
}

/** Units as decimals, since they are no whole numbers. */
function piecesJson({ images, audioMs, characters, webSearches, unitThousandths }: SpendPieces): object {
  return {
    images,
    audio_ms: audioMs,
    characters,
    web_searches: webSearches,
    units: Object.fromEntries(
      Object.entries(unitThousandths).map(([unit, thousandths]) => [unit, decimalOf(thousandths)]),
    ),
  }
}
