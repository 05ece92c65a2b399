import type { Shortfall, Standing } from '../ledger.ts'
import { limitAt } from '../limit.ts'
import { TOTAL } from '../total.ts'
import type { Rule } from './accounts.ts'
import type { Counter } from './counters.ts'
import type { Totals } from './reservations.ts'

/** A budget that a request stands under, and the counter it would be charged to. */
export interface Line {
  readonly rule: Pick<Rule, 'account' | 'budget'>
  readonly counter: Counter
  /** The counter's window is over: what it holds stays, but nothing more may be added. */
  readonly ended?: boolean
}

export interface Question {
  /** Less than this does not help. */
  readonly min: Totals
  readonly want: Totals
  readonly proven: boolean
  /** No budget denies or narrows; what would have is told. */
  readonly observe: boolean
  /** By the raw clock: when raises end. */
  readonly nowMs: number
}

export interface Fit {
  /** As much of what is wanted as every hard budget has left. */
  readonly grant: Totals
  readonly denied: readonly Shortfall[]
  readonly would: readonly Shortfall[]
}

const NONE: readonly Shortfall[] = []

/** How much of the limit may be overdrawn before a bound that is only believed is no longer believed: one part in 100. */
const OVERDRAFT_PART = 100

/**
 * Ask all budgets of a path at once. Every one is evaluated, so that the answer names what really stands in the way and
 * not what happened to be asked first. A budget refuses only a request that needs something of it.
 */
export function fit(lines: readonly Line[], { min, want, proven, observe, nowMs }: Question): Fit {
  const grant: Totals = { usd: want.usd, tokens: want.tokens, requests: want.requests }
  let denied = NONE
  let would = NONE
  for (const line of lines) {
    const { metric, mode } = line.rule.budget
    if (want[metric] === 0) continue
    const limit = limitAt(line.rule.budget, nowMs)
    const overdrawn = !proven && isOverdrawn(line, limit)
    const left = leftOf(line, limit, overdrawn)
    const hard = (mode === 'hard' && !observe) || isFull(line.counter)
    if (left < min[metric] && min[metric] > 0) {
      const reason = reasonOf(line, { limit, overdrawn, min: min[metric] })
      const shortfall = { ...standingOf(line, nowMs), reason }
      if (hard) denied = [...denied, shortfall]
      else would = [...would, shortfall]
    } else if (hard) grant[metric] = Math.max(0, Math.min(grant[metric], left))
  }
  return { grant, denied, would }
}

function leftOf({ counter, ended }: Line, limit: number, overdrawn: boolean): number {
  if (ended || isFull(counter) || overdrawn) return 0
  return limit - counter.spent - counter.reserved
}

/** Beyond this the sum of what is granted and what is overdrawn might no longer be an exact integer. */
const isFull = ({ spent, reserved }: Counter): boolean => spent + reserved > TOTAL.limit

const isOverdrawn = ({ counter, rule: { budget } }: Line, limit: number): boolean =>
  budget.mode === 'hard' && counter.overdraft > Math.floor(limit / OVERDRAFT_PART)

interface Lack {
  readonly limit: number
  readonly overdrawn: boolean
  readonly min: number
}

function reasonOf({ counter, ended }: Line, { limit, overdrawn, min }: Lack): Shortfall['reason'] {
  if (isFull(counter)) return 'exceeded'
  if (ended) return 'reserved'
  if (limit - (counter.spent - counter.unconfirmed) < min) return 'exceeded'
  return overdrawn ? 'overdraft' : 'reserved'
}

const WEIGHT: Record<Shortfall['reason'], number> = { exceeded: 3, overdraft: 2, reserved: 1 }

/**
 * Of several shortfalls, the one to answer with: spent money weighs more than running requests, since waiting does not
 * cure it; of equals the budget with the least left. It resets when the last of its kind does.
 */
export function decisive(shortfalls: readonly Shortfall[]): Shortfall {
  const weight = Math.max(...shortfalls.map(({ reason }) => WEIGHT[reason]))
  const alike = shortfalls.filter(({ reason }) => WEIGHT[reason] === weight)
  const tightest = alike.reduce((least, other) => (other.remaining < least.remaining ? other : least))
  const resets = alike.map(({ resetAtMs }) => resetAtMs ?? Infinity)
  return { ...tightest, resetAtMs: orNull(Math.max(...resets)) }
}

/** The hard USD budget with the least left, of those whose window lasts; what a caller may be shown as its limit. */
export function tightestOf(lines: readonly Line[], nowMs: number): Standing | undefined {
  let tightest: Line | undefined
  let least = Infinity
  for (const line of lines) {
    const { budget } = line.rule
    if (line.ended || budget.metric !== 'usd' || budget.mode !== 'hard') continue
    const left = limitAt(budget, nowMs) - line.counter.spent - line.counter.reserved
    if (left < least) {
      least = left
      tightest = line
    }
  }
  return tightest && standingOf(tightest, nowMs)
}

export function standingOf({ rule: { account, budget }, counter }: Line, nowMs: number): Standing {
  const { spent, reserved, unconfirmed, endMs } = counter
  const limit = limitAt(budget, nowMs)
  return {
    account,
    budget: budget.id,
    metric: budget.metric,
    window: budget.window,
    limit,
    spent,
    reserved,
    unconfirmed,
    remaining: limit - spent - reserved,
    resetAtMs: orNull(endMs),
  }
}

const orNull = (ms: number): number | null => (ms === Infinity ? null : ms)
