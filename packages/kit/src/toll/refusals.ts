import { TollgateError } from '../core/errors.ts'
import { nanoToUsd, nanoUsd, showUsd } from '../core/money.ts'
import type { HowToAsk } from '../directory/how-to-ask.ts'
import type { Amounts, Metric, Shortfall, Standing, Window } from '../ledger/ledger.ts'

/** How much a refusal tells: nothing of amounts, those of the caller's own key and user, or its ancestors' too. */
export type ExposeLimits = boolean | 'all'

export interface RefusalOptions {
  readonly exposeLimits: ExposeLimits
  /** 402 for clients that retry every 429 whatever they are told. */
  readonly budgetStatus: 429 | 402
  /** How more is asked for. */
  readonly howToAsk: HowToAsk
  readonly nowMs: number
  readonly retryAfterMs: number
}

const PERIODS: Readonly<Record<Window, string>> = {
  hour: 'hourly',
  day: 'daily',
  week: 'weekly',
  month: 'monthly',
  total: 'total',
}

/** Why a request did not fit, as an answer: the account, the amounts it may know, the reset, and the cure. */
export function refusalOf(shortfall: Shortfall, want: Amounts, options: RefusalOptions): TollgateError {
  const retryable = shortfall.reason === 'reserved'
  const untilResetMs =
    shortfall.resetAtMs === null ? undefined : Math.max(0, shortfall.resetAtMs - options.nowMs)
  const retryAfterMs = retryable ? options.retryAfterMs : untilResetMs
  return new TollgateError(retryable ? 'budget_reserved' : 'budget_exceeded', {
    message: [
      standingSentence(shortfall, want, options),
      resetSentence(shortfall, options.nowMs),
      retryable ? 'Try again in a moment.' : askForMore(shortfall, want, options),
      "This is not a quota of the provider's.",
    ].join(' '),
    status: options.budgetStatus,
    headers: standingHeaders(shortfall, options.exposeLimits),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
}

function standingSentence(shortfall: Shortfall, want: Amounts, { exposeLimits }: RefusalOptions): string {
  const { account, metric, reason } = shortfall
  const budget = `${PERIODS[shortfall.window]} budget`
  if (!mayKnow(account, exposeLimits)) {
    return reason === 'reserved'
      ? `running requests hold what is left of the ${budget} of ${nameOf(account)}.`
      : `this request may cost more than is left of the ${budget} of ${nameOf(account)}.`
  }
  const limit = amount(shortfall.limit, metric)
  const cost = `this request may cost up to ${amount(want[metric], metric)}.`
  if (reason === 'reserved') {
    return `${nameOf(account)} has used ${amount(shortfall.spent, metric)} of its ${limit} ${budget}, running requests hold ${amount(shortfall.reserved, metric)} more, and ${cost}`
  }
  if (reason === 'overdraft') {
    return `requests of ${nameOf(account)} have cost more than they reserved, so its ${limit} ${budget} admits only requests whose cost is bounded; this one's is not.`
  }
  return `${nameOf(account)} has used ${amount(shortfall.spent, metric)} of its ${limit} ${budget}; ${cost}`
}

/** What is proposed to somebody who may not know what the limit is. */
const USUAL_NANO_USD = 10_000_000_000

/** How to ask for more: for a tenth of the limit, or what this request would need, in one digit. */
function askForMore(
  { account, budget, metric, limit, remaining }: Shortfall,
  want: Amounts,
  { howToAsk, exposeLimits }: RefusalOptions,
): string {
  if (metric !== 'usd') return 'Ask your administrator.'
  const knows = mayKnow(account, exposeLimits)
  const least = Math.max(1, knows ? want.usd - remaining : want.usd)
  const most = Math.max(least, knows ? Math.floor(limit / 10) : USUAL_NANO_USD)
  const step = 10 ** (String(most).length - 1)
  const amount = Math.ceil(most / step) * step
  return howToAsk(account, { raise: { budget, nanoUsd: nanoUsd(amount) } })
}

function resetSentence({ resetAtMs }: Standing, nowMs: number): string {
  if (resetAtMs === null) return 'It does not reset.'
  const at = new Date(resetAtMs).toISOString()
  return `Resets ${at.slice(0, 10)} ${at.slice(11, 16)} UTC (${span(Math.max(0, resetAtMs - nowMs))}).`
}

/** A span for people: its two largest units. */
function span(ms: number): string {
  const minutes = Math.ceil(ms / 60_000)
  const days = Math.floor(minutes / 1440)
  const hours = Math.floor((minutes % 1440) / 60)
  if (days > 0) return `${days} d ${hours} h`
  return hours > 0 ? `${hours} h ${minutes % 60} min` : `${minutes} min`
}

function amount(value: number, metric: Metric): string {
  return metric === 'usd' ? showUsd(value) : `${value} ${metric}`
}

/** `team:marketing` as a person says it. */
function nameOf(account: string): string {
  return account.replace(':', ' ')
}

function mayKnow(account: string, exposeLimits: ExposeLimits): boolean {
  if (exposeLimits === 'all') return true
  return exposeLimits && (account.startsWith('key:') || account.startsWith('user:'))
}

/** What is left of the tightest budget, in USD; on answers to callers who may know it. */
export const REMAINING_HEADER = 'x-tollgate-budget-remaining-usd'

/** What is left of the tightest budget, where the caller may know it. */
export function standingHeaders(standing: Standing, exposeLimits: ExposeLimits): Record<string, string> {
  const headers: Record<string, string> = {}
  if (standing.metric === 'usd' && mayKnow(standing.account, exposeLimits)) {
    headers[REMAINING_HEADER] = nanoToUsd(Math.max(0, standing.remaining))
  }
  if (standing.resetAtMs !== null) headers['x-tollgate-budget-reset'] = resetText(standing.resetAtMs)
  return headers
}

let lastReset = { atMs: 0, text: '' }

/** Written out once a window: most answers name the same end as the one before. */
function resetText(atMs: number): string {
  if (lastReset.atMs !== atMs) lastReset = { atMs, text: new Date(atMs).toISOString() }
  return lastReset.text
}
