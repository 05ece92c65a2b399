import type { Shortfall } from '../../ledger/ledger.ts'
import { END_OF_ARITHMETIC, limitAt, standingOf, sumOf } from './accounts.ts'
import { larger, perMetric, smaller } from './entries.ts'
import type { Big, Counter } from './records.ts'

/** What is asked of the counters that it would be charged to, beyond what is held already. */
export interface Question {
  readonly min: Big
  readonly want: Big
  readonly proven: boolean
  readonly observe: boolean
  /** By the raw clock: when raises end. */
  readonly nowMs: number
  /** Whether a counter's turn is over, so that nothing may be added to it. */
  readonly isOver: (counter: Counter) => boolean
}

export interface Admission {
  readonly grant: Big
  readonly denied: readonly Shortfall[]
  readonly would: readonly Shortfall[]
}

export function admission(counters: readonly Counter[], question: Question): Admission {
  const { min, want } = question
  const opinions = counters.map((counter) => opinionOf(counter, question)).filter(({ isAsked }) => isAsked)
  const short = opinions.filter(({ reason }) => reason !== undefined)
  const shortfalls = (denies: boolean) =>
    short
      .filter((opinion) => opinion.denies === denies)
      .map(({ counter, reason }) => ({ ...standingOf(counter, question.nowMs), reason: reason! }))
  const grant = perMetric((metric) => {
    const lefts = opinions.filter((opinion) => opinion.denies && opinion.metric === metric)
    return lefts.reduce((least, { left }) => smaller(least, larger(left, 0n)), want[metric])
  })
  return { grant, denied: shortfalls(true), would: shortfalls(false) }

  function opinionOf(counter: Counter, { proven, observe, nowMs, isOver }: Question) {
    const { metric, mode } = counter.rule.budget
    const limit = BigInt(limitAt(counter.rule.budget, nowMs))
    const { spent, reserved, unconfirmed, overdraft } = sumOf(counter)
    const isFull = spent + reserved > END_OF_ARITHMETIC
    const isOverdrawn = mode === 'hard' && !proven && overdraft > limit / 100n
    const left = isOver(counter) || isFull || isOverdrawn ? 0n : limit - spent - reserved
    const isSpent = isFull || (!isOver(counter) && limit - (spent - unconfirmed) < min[metric])
    const reason = isSpent ? 'exceeded' : isOverdrawn && !isOver(counter) ? 'overdraft' : 'reserved'
    return {
      counter,
      metric,
      left,
      isAsked: want[metric] > 0n,
      denies: isFull || (mode === 'hard' && !observe),
      reason: min[metric] > 0n && left < min[metric] ? (reason as Shortfall['reason']) : undefined,
    }
  }
}

/** The one to answer with: spent money first, then the least left; reset when the last of its reason is. */
export function decisive(shortfalls: readonly Shortfall[]): Shortfall {
  const worst = (['exceeded', 'overdraft', 'reserved'] as const).find((reason) =>
    shortfalls.some((shortfall) => shortfall.reason === reason),
  )
  const alike = shortfalls.filter(({ reason }) => reason === worst)
  const least = Math.min(...alike.map(({ remaining }) => remaining))
  const resets = alike.map(({ resetAtMs }) => resetAtMs)
  const tightest = alike.find(({ remaining }) => remaining === least)!
  return { ...tightest, resetAtMs: resets.includes(null) ? null : Math.max(...(resets as number[])) }
}
