import type { Query, Row, Statement } from './reader.ts'

/** What spend can be told by: who asked, what served it, what was decided, or a tag (`tag:feature`). */
export type SpendGroup =
  | 'org'
  | 'team'
  | 'project'
  | 'user'
  | 'key'
  | 'model'
  | 'provider'
  | 'endpoint'
  | 'decision'
  | `tag:${string}`

export interface Span {
  /** Requests that came at this time or later, ms since the epoch; from the beginning by default. */
  readonly sinceMs?: number
  /** Requests that came before this time. */
  readonly untilMs?: number
}

export interface SpendQuery extends Span {
  /** None: one row, the sum of all. */
  readonly groupBy?: readonly SpendGroup[]
  /** The most rows; those that spent most come first. */
  readonly limit?: number
}

/** What one group has spent. Money is exact at any size. */
export interface SpendRow {
  /** The group, by the names it was asked for by; null for requests that have none. */
  readonly by: Readonly<Partial<Record<SpendGroup, string | null>>>
  /** Refused ones included. */
  readonly requests: number
  readonly refused: number
  /** Cached and audio input included. */
  readonly inputTokens: number
  /** Reasoning and audio output included. */
  readonly outputTokens: number
  /** What is paid for by the piece, which no token stands for. */
  readonly pieces: SpendPieces
  readonly chargedNanoUsd: bigint
  /** The part of it that was counted or bounded by us, not told by a provider. */
  readonly estimatedNanoUsd: bigint
  /** The part of it that was charged because nobody ended a reservation. */
  readonly unconfirmedNanoUsd: bigint
}

/** Pieces of each kind; 0 where there are none. */
export interface SpendPieces {
  /** Pictures made. */
  readonly images: number
  /** Sound read or made, ms. */
  readonly audioMs: number
  /** Read aloud. */
  readonly characters: number
  readonly webSearches: number
  /** Thousandths of what paid APIs count, by unit: `{ minute: 1500 }`. */
  readonly unitThousandths: Readonly<Record<string, number>>
}

/** The model is the one that served; of a request that nobody served, the one that was asked for. */
const GROUPS: Readonly<Record<string, string>> = {
  org: 'org',
  team: 'team',
  project: 'project',
  user: 'user',
  key: 'key',
  model: 'coalesce(served_model, model)',
  provider: 'provider',
  endpoint: 'endpoint',
  decision: 'decision',
}

const TAG = 'tag:'
const TAG_VALUE = '(SELECT value FROM json_each(audit.tags) WHERE json_each.key = ?)'

const SUMS = `
  count(*) AS requests,
  count(*) FILTER (WHERE decision NOT IN ('allowed', 'undecided')) AS refused,
  coalesce(sum(coalesce(input_tokens, 0) + coalesce(cached_input_tokens, 0) + coalesce(cache_write_tokens, 0)
    + coalesce(audio_input_tokens, 0)), 0) AS input_tokens,
  coalesce(sum(coalesce(output_tokens, 0) + coalesce(audio_output_tokens, 0)), 0) AS output_tokens,
  coalesce(sum(images), 0) AS images,
  coalesce(sum(audio_ms), 0) AS audio_ms,
  coalesce(sum(characters), 0) AS characters,
  coalesce(sum(web_searches), 0) AS web_searches,
  count(unit) AS metered,
  coalesce(sum(charged_nano_usd), 0) AS charged,
  coalesce(sum(charged_nano_usd) FILTER (WHERE basis = 'estimated'), 0) AS estimated,
  coalesce(sum(charged_nano_usd) FILTER (WHERE basis = 'unconfirmed'), 0) AS unconfirmed`

/** @throws RangeError for a group that there is not. */
export async function spendBy(
  query: Query,
  { groupBy = [], limit = 1000, ...span }: SpendQuery,
): Promise<readonly SpendRow[]> {
  const rows = await query(statementOf(groupBy, span, limit))
  // Most tables have no paid API in them: they are not read twice.
  const metered = rows.some((row) => row.metered !== 0n) ? await query(unitsStatement(groupBy, span)) : []
  const units = unitsByGroup(metered, groupBy)
  return rows.map((row) => rowOf(row, groupBy, units.get(groupKey(row, groupBy)) ?? {}))
}

function statementOf(groupBy: readonly SpendGroup[], span: Span, limit: number): Statement {
  const groupClause = groupBy.length > 0 ? `GROUP BY ${groupBy.map((_, index) => index + 1)}` : ''
  return {
    sql: `SELECT ${groupColumns(groupBy)}${SUMS} FROM audit WHERE ${WITHIN} ${groupClause}
      ORDER BY charged DESC, requests DESC, 1 LIMIT ?`,
    values: [...tagsIn(groupBy), ...boundsOf(span), limit],
  }
}

/** Minutes and credits have no sum: each unit of a group is a row of its own. */
function unitsStatement(groupBy: readonly SpendGroup[], span: Span): Statement {
  const places = [...groupBy, 'unit'].map((_, index) => index + 1)
  return {
    sql: `SELECT ${groupColumns(groupBy)}unit, sum(unit_thousandths) AS thousandths
      FROM audit WHERE ${WITHIN} AND unit IS NOT NULL GROUP BY ${places} ORDER BY thousandths DESC, unit`,
    values: [...tagsIn(groupBy), ...boundsOf(span)],
  }
}

function unitsByGroup(
  rows: readonly Row[],
  groupBy: readonly SpendGroup[],
): ReadonlyMap<string, Readonly<Record<string, number>>> {
  const groups = new Map<string, Record<string, number>>()
  for (const row of rows) {
    const key = groupKey(row, groupBy)
    // A unit is an operator's own word: `__proto__` would be no field of an object literal.
    const units = groups.get(key) ?? Object.create(null)
    units[String(row.unit)] = Number(row.thousandths)
    groups.set(key, units)
  }
  return groups
}

function groupKey(row: Row, groupBy: readonly SpendGroup[]): string {
  const values = groupBy.map((_, index) => row[`by_${index}`])
  return JSON.stringify(values.map((value) => (value === null ? null : String(value))))
}

function groupColumns(groupBy: readonly SpendGroup[]): string {
  return groupBy.map((group, index) => `${expressionOf(group)} AS by_${index}, `).join('')
}

function tagsIn(groupBy: readonly SpendGroup[]): string[] {
  return groupBy.filter((group) => group.startsWith(TAG)).map((group) => group.slice(TAG.length))
}

function expressionOf(group: SpendGroup): string {
  if (group.startsWith(TAG)) return TAG_VALUE
  const column = Object.hasOwn(GROUPS, group) ? GROUPS[group] : undefined
  if (column) return column
  throw new RangeError(
    `spend cannot be told by "${group}": use ${Object.keys(GROUPS).join(', ')} or tag:NAME`,
  )
}

/** For a WHERE, with the values of {@link boundsOf}. */
export const WITHIN = 'at_ms >= ? AND at_ms < ?'

export function boundsOf({ sinceMs = 0, untilMs = Number.MAX_SAFE_INTEGER }: Span): number[] {
  return [sinceMs, untilMs]
}

function rowOf(
  row: Row,
  groupBy: readonly SpendGroup[],
  unitThousandths: SpendPieces['unitThousandths'],
): SpendRow {
  return {
    by: Object.fromEntries(groupBy.map((group, index) => [group, row[`by_${index}`] as string | null])),
    requests: Number(row.requests),
    refused: Number(row.refused),
    inputTokens: Number(row.input_tokens),
    outputTokens: Number(row.output_tokens),
    pieces: {
      images: Number(row.images),
      audioMs: Number(row.audio_ms),
      characters: Number(row.characters),
      webSearches: Number(row.web_searches),
      unitThousandths,
    },
    chargedNanoUsd: row.charged as bigint,
    estimatedNanoUsd: row.estimated as bigint,
    unconfirmedNanoUsd: row.unconfirmed as bigint,
  }
}
