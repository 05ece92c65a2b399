import { nanoToUsd, usdToNano } from '@tollgate/kit/core'
import type { Period } from '@tollgate/kit/ledger'
import { cutTo, shifted } from './decimal.ts'

/** A budget as a config states it. */
export interface StatedBudget {
  readonly limit_usd: string
  readonly period: Period
}

export interface CarriedBudget {
  readonly budget: StatedBudget
  /** How it differs from what it was; undefined when it does not. */
  readonly differs: string | undefined
}

const HOUR_S = 3_600
const DAY_S = 24 * HOUR_S
const UNIT_S: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: HOUR_S,
  d: DAY_S,
  w: 7 * DAY_S,
  mo: 30 * DAY_S,
}
/** The longest first; a month is thirty days, as LiteLLM has it. */
const PERIODS: readonly (readonly [Period, number])[] = [
  ['monthly', 30 * DAY_S],
  ['weekly', 7 * DAY_S],
  ['daily', DAY_S],
  ['hourly', HOUR_S],
]

/**
 * A `max_budget` and its `budget_duration` (https://docs.litellm.ai/docs/proxy/users) as a budget here. One whose duration
 * there is not here has the longest period that is not longer, and its share of the limit: over any time it never gives more.
 * One without a duration is for all time, and has what had not been spent.
 *
 * @returns undefined when they are no amount, or no duration.
 */
export function carriedBudget(
  maxBudget: unknown,
  duration: unknown,
  spent: unknown = 0,
): CarriedBudget | undefined {
  const usd = shifted(maxBudget, 0)
  if (usd === undefined) return undefined
  const limit = usdToNano(cutTo(usd, 9))
  if (duration === null || duration === undefined || duration === '') return forAllTime(limit, spent)
  const [, count = '', unit = ''] = /^(\d{1,5})(mo|[smhdw])$/.exec(String(duration)) ?? []
  const seconds = Number(count) * (UNIT_S[unit] ?? 0)
  if (!seconds) return undefined
  const [period, periodS] = PERIODS.find(([, length]) => length <= seconds) ?? PERIODS.at(-1)!
  if (seconds <= periodS) return whole(limit, period, seconds < periodS ? String(duration) : undefined)
  const share = Number((BigInt(limit) * BigInt(periodS)) / BigInt(seconds))
  // Thirty-one days are a month as well.
  if (period === 'monthly' && seconds <= 31 * DAY_S) return whole(limit, period, undefined)
  return {
    budget: { limit_usd: shown(share), period },
    differs: `$${shown(limit)} every ${duration} became its share, $${shown(share)} ${period}`,
  }
}

function whole(limit: number, period: Period, shorter: string | undefined): CarriedBudget {
  const differs = shorter && `$${shown(limit)} every ${shorter} became $${shown(limit)} ${period}`
  return { budget: { limit_usd: shown(limit), period }, differs }
}

function forAllTime(limit: number, spent: unknown): CarriedBudget {
  const text = shifted(spent, 0)
  const used = text === undefined ? 0 : usdToNano(cutTo(text, 9))
  const left = shown(Math.max(0, limit - used))
  return {
    budget: { limit_usd: left, period: 'total' },
    differs: used > 0 ? `of $${shown(limit)} in all $${left} are left, and are the limit here` : undefined,
  }
}

function shown(nano: number): string {
  return cutTo(nanoToUsd(nano), 9)
}
