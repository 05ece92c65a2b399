import { nanoUsd } from '../core/money.ts'
import type { Amounts, Metric } from './budget.ts'

export const NOTHING: Amounts = { usd: nanoUsd(0), tokens: 0, requests: 0 }

/** One amount of each metric. */
export const perMetric = (amount: (metric: Metric) => number): Amounts =>
  ({ usd: amount('usd'), tokens: amount('tokens'), requests: amount('requests') }) as Amounts

/** Of each metric, the larger of two amounts. */
export const most = (one: Amounts, other: Amounts): Amounts =>
  perMetric((metric) => Math.max(one[metric], other[metric]))

/** Of each metric, the smaller of two amounts. */
export const least = (one: Amounts, other: Amounts): Amounts =>
  perMetric((metric) => Math.min(one[metric], other[metric]))
