import { nanoToUsd, showUsd } from '@tollgate/kit/core'
import type { AccountState, Ledger } from '@tollgate/kit/ledger'
import type { DailySpend, RedisSpend } from '@tollgate/kit/ledger/redis'
import { listed } from '../config/nearest.ts'
import { table } from '../say/table.ts'
import { idIn, OTHERS } from './rollup-path.ts'
import { type SpendQuery, type SpendReports, Unanswered } from './spend-report.ts'

export interface RollupReportsOptions {
  readonly rollups: Pick<RedisSpend, 'daily'>
  readonly ledger: Ledger
  readonly org: string
}

/** What a roll-up knows of a charge. */
const GROUPS = ['org', 'team', 'project', 'user', 'key', 'model'] as const
type Group = (typeof GROUPS)[number]

const DAY_MS = 86_400_000

/** Tells who spent how much in an org from the daily roll-ups of its books: what the whole fleet was charged. */
export function rollupReports({ rollups, ledger, org }: RollupReportsOptions): SpendReports {
  return async (query) => {
    const groupBy = knownGroups(query.groupBy)
    const sinceMs = wholeDays(query)
    const days = await rollups.daily(org, sinceMs)
    const [books] = await ledger.read(org, [`org:${org}`])
    const figures = { groupBy, sinceMs, rows: rowsOf(days, groupBy), books: books! }
    return { lines: () => linesOf(figures), json: () => jsonOf(figures) }
  }
}

function knownGroups(groupBy: SpendQuery['groupBy']): readonly Group[] {
  const unknown = groupBy.find((group) => !GROUPS.includes(group as Group))
  if (unknown === undefined) return groupBy as Group[]
  throw new Unanswered(
    'groupBy',
    `the daily roll-ups of a Redis store know no ${unknown || 'group without a name'}: use ${listed(GROUPS)}, or sum up the records that the config's audit writes`,
  )
}

/** Roll-ups are of whole UTC days: so many days ago is the beginning of that day, and a time of day is no answer. */
function wholeDays({ sinceMs, nowMs }: SpendQuery): number | undefined {
  if (sinceMs === undefined) return undefined
  if (sinceMs % DAY_MS !== 0 && (nowMs - sinceMs) % DAY_MS !== 0) {
    throw new Unanswered(
      'sinceMs',
      `the roll-ups of a Redis store are of whole UTC days, and ${new Date(sinceMs).toISOString()} is within one: write 7d or 2026-11-01, or sum up the records that the config's audit writes`,
    )
  }
  return Math.floor(sinceMs / DAY_MS) * DAY_MS
}

interface Row {
  readonly by: Readonly<Partial<Record<Group, string | null>>>
  /** That were charged. */
  requests: number
  tokens: number
  nanoUsd: bigint
}

function rowsOf(days: readonly DailySpend[], groupBy: readonly Group[]): Row[] {
  const rows = new Map<string, Row>()
  for (const { path, model, charged } of days) {
    const by = Object.fromEntries(groupBy.map((group) => [group, nameOf(group, path, model)]))
    const id = JSON.stringify(by)
    const row = rows.get(id) ?? { by, requests: 0, tokens: 0, nanoUsd: 0n }
    rows.set(id, row)
    row.requests += charged.requests
    row.tokens += charged.tokens
    row.nanoUsd += BigInt(charged.usd)
  }
  return [...rows.values()].sort((a, b) => (a.nanoUsd === b.nanoUsd ? 0 : a.nanoUsd > b.nanoUsd ? -1 : 1))
}

function nameOf(group: Group, path: DailySpend['path'], model: string): string | null {
  if (path.length === 0) return OTHERS
  if (group === 'model') return model || null
  return idIn(path, group)
}

interface Figures {
  readonly groupBy: readonly Group[]
  readonly sinceMs: number | undefined
  readonly rows: readonly Row[]
  /** The org's own account. */
  readonly books: AccountState
}

const TITLES = ['REQUESTS', 'TOKENS', 'SPENT'].map((title) => ({ title, right: true }))

function linesOf({ groupBy, sinceMs, rows, books }: Figures): string[] {
  const cells = rows.map(({ by, requests, tokens, nanoUsd }) => [
    ...groupBy.map((group) => by[group] ?? '-'),
    ...[requests, tokens].map(String),
    showUsd(nanoUsd),
  ])
  const total = rows.reduce((sum, { nanoUsd }) => sum + nanoUsd, 0n)
  const since = sinceMs === undefined ? '400 days' : `since ${new Date(sinceMs).toISOString().slice(0, 10)}`
  return [
    ...table([...groupBy.map((group) => ({ title: group.toUpperCase() })), ...TITLES], cells),
    '',
    `total        ${showUsd(total)} (${since}, UTC: charged requests, from the daily roll-ups)`,
    `books        ${showUsd(books.spent)} (all time; reserved now: ${showUsd(books.reserved)})`,
    `unconfirmed  ${showUsd(books.unconfirmed)} (all time: of expired reservations; see tollgate ledger expired)`,
  ]
}

function jsonOf({ groupBy, sinceMs, rows, books }: Figures): object {
  return {
    group_by: groupBy,
    since: sinceMs === undefined ? null : new Date(sinceMs).toISOString(),
    rows: rows.map(({ by, requests, tokens, nanoUsd }) => ({
      ...by,
      requests,
      tokens,
      spent_usd: nanoToUsd(nanoUsd),
    })),
    books_usd: nanoToUsd(books.spent),
    reserved_usd: nanoToUsd(books.reserved),
    unconfirmed_usd: nanoToUsd(books.unconfirmed),
  }
}
