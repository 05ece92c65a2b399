import { nanoToUsd } from '@tollgate/kit/core'
import { hint } from '../config/nearest.ts'
import { type Chargeback, sumOf } from './chargeback.ts'
import type { ChargedTo } from './charges.ts'
import type { ChargebackLine } from './closed-months.ts'
import { Unanswered } from './spend-report.ts'

/** What a line can be told by. */
export type ChargebackColumn = keyof ChargedTo | 'cost_center'

/** What finance is sent unless it asks for something else. */
const CHARGEBACK_COLUMNS = ['team', 'cost_center', 'project', 'key', 'model'] as const

/** What is told of a line besides its columns. */
interface Sum {
  readonly by: Readonly<Record<string, string | null>>
  readonly kind: ChargebackLine['kind']
  readonly corrects: string | null
  requests: number
  nanoUsd: bigint
}

/**
 * The columns that were asked for: `team,cost_center`.
 *
 * @param fields what the store can tell charges by.
 * @throws Unanswered for any other.
 */
export function columnsOf(
  text: string | undefined,
  fields: readonly (keyof ChargedTo)[],
): readonly ChargebackColumn[] {
  if (text === undefined) return CHARGEBACK_COLUMNS
  const known: readonly string[] = ['cost_center', ...fields]
  const asked = text.split(',').map((column) => column.trim())
  const unknown = asked.find((column) => !known.includes(column))
  if (unknown === undefined) return asked as ChargebackColumn[]
  throw new Unanswered('groupBy', `there is no column "${unknown}" here: ${hint(unknown, known)}`)
}

/** The lines of a month, those alike in these columns as one; usage first, the dearest first, then by name. */
function sumsOf({ lines }: Chargeback, columns: readonly ChargebackColumn[]): readonly Sum[] {
  const sums = new Map<string, Sum>()
  for (const line of lines) {
    const by = Object.fromEntries(columns.map((column) => [column, nameIn(line, column)]))
    const { kind, corrects } = line
    const id = JSON.stringify([kind, corrects, Object.values(by)])
    const sum = sums.get(id) ?? { by, kind, corrects, requests: 0, nanoUsd: 0n }
    sums.set(id, sum)
    sum.requests += line.requests
    sum.nanoUsd += line.nanoUsd
  }
  const kindOf = ({ kind }: Sum) => KINDS.indexOf(kind)
  const nameOf = ({ by }: Sum) => Object.values(by).join('\n')
  return [...sums.values()].sort(
    (a, b) => kindOf(a) - kindOf(b) || Number(b.nanoUsd - a.nanoUsd) || (nameOf(a) < nameOf(b) ? -1 : 1),
  )
}

const KINDS: readonly ChargebackLine['kind'][] = ['usage', 'unconfirmed', 'correction', 'unattributed']

function nameIn(line: ChargebackLine, column: ChargebackColumn): string | null {
  return column === 'cost_center' ? line.costCenter : line[column]
}

/** A month as a table: a title, and a row for each sum. Amounts have all nine places. */
export function chargebackRows(month: Chargeback, columns: readonly ChargebackColumn[]): string[][] {
  const title = ['month', 'time_zone', 'line', 'corrects', ...columns, 'requests', 'cost_usd']
  const rows = sumsOf(month, columns).map(({ by, kind, corrects, requests, nanoUsd }) => [
    ...[month.name, month.timeZone, kind, corrects ?? ''],
    ...columns.map((column) => by[column] ?? ''),
    ...[String(requests), nanoToUsd(nanoUsd)],
  ])
  return [title, ...rows]
}

/** A month as the admin API gives it. */
export function chargebackJson(month: Chargeback, columns: readonly ChargebackColumn[]): object {
  const { lines, closedAtMs, bookedNanoUsd } = month
  const usd = (...kinds: ChargebackLine['kind'][]) =>
    nanoToUsd(sumOf(lines.filter(({ kind }) => kinds.includes(kind))))
  return {
    month: month.name,
    time_zone: month.timeZone,
    closed_at: closedAtMs === undefined ? null : new Date(closedAtMs).toISOString(),
    lines: sumsOf(month, columns).map(({ by, kind, corrects, requests, nanoUsd }) => ({
      line: kind,
      corrects,
      ...by,
      requests,
      cost_usd: nanoToUsd(nanoUsd),
    })),
    total_usd: nanoToUsd(sumOf(lines)),
    unconfirmed_usd: usd('unconfirmed'),
    unattributed_usd: usd('unattributed'),
    books_usd: nanoToUsd(bookedNanoUsd),
  }
}
