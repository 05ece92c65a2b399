import type { NanoUsd } from '../core/money.ts'

/** What a budget counts: money in nano-USD, tokens, or requests. */
export type Metric = 'usd' | 'tokens' | 'requests'

export const METRICS: readonly Metric[] = ['usd', 'tokens', 'requests']

/** One integer total per metric: `usd` in nano-USD, from 0 to 2^50. */
export interface Amounts {
  readonly usd: NanoUsd
  readonly tokens: number
  readonly requests: number
}

/** `kind:id`, for instance `team:marketing`; the id is free text, and unique within its org. */
export type AccountId = `${AccountKind}:${string}`
/** `provider`: what an org spends with one of its providers, whoever in it calls; the others are in the path of a caller. */
export type AccountKind = 'org' | 'team' | 'project' | 'user' | 'key' | 'provider'

/** An account in the path of a caller. */
export type CallerAccountId = Exclude<AccountId, `provider:${string}`>

/** A span of the calendar that a budget refills with; `total` never refills. */
export type Window = 'hour' | 'day' | 'week' | 'month' | 'total'

/** A limit on an account. Metric, window, zone and anchor never change under one id. */
export interface Budget {
  /** Unique within its account. */
  readonly id: string
  readonly metric: Metric
  readonly window: Window
  /** IANA zone whose calendar the window follows, for instance `Europe/Berlin`. */
  readonly timeZone: string
  /** Day of the month on which a monthly window starts, 1 to 28. */
  readonly anchorDay?: number
  /** In the metric's unit, 0 to 2^52. */
  readonly limit: number
  /** `hard` refuses; `soft` only reports. */
  readonly mode: 'hard' | 'soft'
  /** More for a while: somebody has approved it until then. */
  readonly raise?: Raise
}

/**
 * What a limit is raised by, and until when. Meanwhile the two together are the budget's limit, in every standing too;
 * afterwards it is the limit alone, with nobody having to take anything back. What was admitted under a raise stays
 * whole, so that after its end less than nothing may remain.
 */
export interface Raise {
  /** In the metric's unit, from 0; together with the limit at most 2^52. */
  readonly amount: number
  /** The first moment at which it no longer counts, ms since the epoch, by the raw clock: its end is in no window's calendar. */
  readonly untilMs: number
}
