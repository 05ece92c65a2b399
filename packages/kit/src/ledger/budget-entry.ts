import { MAX_LIMIT, usdToNano } from '../core/money.ts'
import { checkBudget } from './check.ts'
import type { AccountKind, Budget, Metric, Window } from './ledger.ts'

/** How often a budget refills, as people write it. */
export type Period = 'hourly' | 'daily' | 'weekly' | 'monthly' | 'total'

/** A budget as it is written in a config file: exactly one of the three limits. */
export interface BudgetEntry {
  /** In USD, as decimal text (`'5.00'`) or a number; read exactly, by its decimal text. */
  readonly limit_usd?: string | number
  readonly limit_tokens?: number
  readonly limit_requests?: number
  readonly period: Period
  /** IANA zone of the period's calendar; the ledger's own when absent. */
  readonly timeZone?: string
  /** Day on which a monthly period starts, 1 to 28. */
  readonly anchorDay?: number
  /** `hard` (the default) refuses, `soft` only reports. */
  readonly mode?: 'hard' | 'soft'
  /** Unique within the account; made of metric and window when absent (`usd-day`). */
  readonly id?: string
}

/** A budget that every account of a kind has until it is given its own. */
export interface DefaultBudget extends BudgetEntry {
  readonly per: AccountKind
}

const WINDOWS: Record<Period, Window> = {
  hourly: 'hour',
  daily: 'day',
  weekly: 'week',
  monthly: 'month',
  total: 'total',
}

const FIELDS = new Set([
  'per',
  'limit_usd',
  'limit_tokens',
  'limit_requests',
  'period',
  'timeZone',
  'anchorDay',
  'mode',
  'id',
])

/**
 * Turn a config entry into a budget. The id, where none is given, says all that may never change under one id, so that
 * the same entry always means the same counters.
 *
 * @param timeZone the zone of entries that name none.
 * @throws RangeError when the entry names no limit or several, or a field, period, zone or amount that there is not.
 */
export function budgetFrom(entry: BudgetEntry, { timeZone = 'UTC' }: { timeZone?: string } = {}): Budget {
  const unknown = Object.keys(entry).find((field) => !FIELDS.has(field))
  if (unknown) throw new RangeError(`"${unknown}" is not a field of a budget`)
  if (!Object.hasOwn(WINDOWS, entry.period)) {
    throw new RangeError(`"${entry.period}" is not a period: ${Object.keys(WINDOWS).join(', ')}`)
  }
  const { metric, limit } = limitOf(entry)
  const window = WINDOWS[entry.period]
  const zone = entry.timeZone ?? timeZone
  const budget: Budget = {
    id: entry.id ?? stableId(metric, window, zone, entry.anchorDay),
    metric,
    window,
    timeZone: zone,
    ...(entry.anchorDay !== undefined && { anchorDay: entry.anchorDay }),
    limit,
    mode: entry.mode ?? 'hard',
  }
  checkBudget(budget)
  return budget
}

function limitOf({ limit_usd, limit_tokens, limit_requests }: BudgetEntry): {
  metric: Metric
  limit: number
} {
  const given: { metric: Metric; limit: number }[] = []
  if (limit_usd !== undefined) given.push({ metric: 'usd', limit: usdToNano(limit_usd) })
  if (limit_tokens !== undefined) given.push({ metric: 'tokens', limit: limit_tokens })
  if (limit_requests !== undefined) given.push({ metric: 'requests', limit: limit_requests })
  if (given.length !== 1) {
    throw new RangeError('a budget has exactly one limit: limit_usd, limit_tokens or limit_requests')
  }
  if (given[0]!.limit > MAX_LIMIT) throw new RangeError(`a limit is at most 2^52 (${MAX_LIMIT})`)
  return given[0]!
}

function stableId(metric: Metric, window: Window, timeZone: string, anchorDay: number | undefined): string {
  const anchor = window === 'month' && anchorDay !== undefined && anchorDay !== 1 ? `-${anchorDay}` : ''
  const zone = window === 'total' || timeZone === 'UTC' ? '' : `-${timeZone}`
  return `${metric}-${window}${anchor}${zone}`
}
