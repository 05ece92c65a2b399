import type { TollgateError } from '../core/errors.ts'
import { MAX_AMOUNT, nanoUsd } from '../core/money.ts'
import type { Amounts, ExtendResult, Shortfall } from '../ledger/ledger.ts'
import { type Bounds, outputPaidBy, worstAmounts } from '../meter/bounds.ts'
import { amountsOf } from './charge.ts'
import { minus, NO_AMOUNTS, plus, sumOfShares } from './share.ts'
import { continueWith, type Toll } from './toll.ts'
import { unreachable } from './unreachable.ts'

/** Tokens of output: what has come at least, what may have been generated, and what is asked for. */
export interface OutputToPay {
  readonly come: number
  readonly need: number
  readonly wanted: number
}

/** The output, in tokens, that is reserved for; besides what failed attempts may have cost. */
export function reservedOutput(toll: Toll, bounds: Bounds): number {
  return outputPaidBy({ ...minus(toll.granted, lostOf(toll)), requests: 1 }, bounds)
}

/**
 * Make the reservation pay for what is needed, and for more where there is room. Returns the refusal when it cannot, also
 * when the books are away. Whoever is refused cuts the answer; what of it has come already is first reserved for, as far
 * as there is room.
 */
export async function extendOutput(
  toll: Toll,
  bounds: Bounds,
  { come, need, wanted }: OutputToPay,
): Promise<TollgateError | undefined> {
  const totals = (output: number) => totalFor(toll, bounds, output)
  try {
    const result = await extendTo(toll, totals(need), totals(wanted))
    if (result.status === 'open' || result.status === 'revived') return undefined
    if (result.status !== 'denied') return unreachable(`extend answered ${result.status}`)
    if (await continueLater(toll, result.shortfall, totals(need), totals(wanted))) return undefined
    await extendTo(toll, totals(come), totals(need))
    return toll.refusalOf(ownShare(result.shortfall, totals(need)), totals(need))
  } catch (cause) {
    return unreachable(cause)
  }
}

/** Raise the last of its reservations, so that all of them together hold so much. */
async function extendTo(toll: Toll, min: Amounts, want: Amounts): Promise<ExtendResult> {
  const { booth, id, principal, ttlMs, earlier } = toll
  const before = sumOfShares(earlier)
  const result = await booth.ledger.extend({
    org: principal.org,
    id,
    min: minus(min, before),
    want: minus(want, before),
    // What failed attempts have cost is told to the reservation that they were made on.
    consumed: earlier.length === 0 ? lostOf(toll) : NO_AMOUNTS,
    ttlMs,
  })
  if ('granted' in result) toll.granted = plus(before, result.granted)
  return result
}

/** The window in which it was reserved may have ended: what is missing is then reserved in the one that has begun. */
async function continueLater(toll: Toll, denied: Shortfall, min: Amounts, want: Amounts): Promise<boolean> {
  const next = await toll.reserveNext(denied, minus(min, toll.granted), minus(want, toll.granted))
  if (!next) return false
  continueWith(toll, next)
  return true
}

function lostOf({ lostAttempts }: Toll): Amounts {
  return lostAttempts ? amountsOf(lostAttempts) : NO_AMOUNTS
}

/** What so much output comes to, with all of the input and with what failed attempts may have cost. */
function totalFor(toll: Toll, bounds: Bounds, output: number): Amounts {
  const { usd, tokens } = worstAmounts(bounds.unit, bounds.inputTokens, output) ?? BEYOND_ALL_BOOKS
  const lost = lostOf(toll)
  const most = (amount: number) => Math.min(amount, MAX_AMOUNT)
  return { usd: nanoUsd(most(lost.usd + usd)), tokens: most(lost.tokens + tokens), requests: 1 }
}

const BEYOND_ALL_BOOKS = { usd: MAX_AMOUNT, tokens: MAX_AMOUNT }

/**
 * Part of what running requests hold is this request's own. Where it would not fit even if all others gave theirs back,
 * the budget is used up, and waiting for them is of no use.
 */
function ownShare(shortfall: Shortfall, need: Amounts): Shortfall {
  const alone = shortfall.limit - shortfall.spent
  return alone < need[shortfall.metric] ? { ...shortfall, reason: 'exceeded' } : shortfall
}
