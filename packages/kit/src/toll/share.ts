import { nanoUsd } from '../core/money.ts'
import type { Amounts } from '../ledger/ledger.ts'

/** What one reservation holds of a call that has several. */
export interface Share {
  readonly id: string
  readonly granted: Amounts
}

export const NO_AMOUNTS: Amounts = { usd: nanoUsd(0), tokens: 0, requests: 0 }

export function plus(a: Amounts, b: Amounts): Amounts {
  return { usd: nanoUsd(a.usd + b.usd), tokens: a.tokens + b.tokens, requests: a.requests + b.requests }
}

/** What is left of one when another is taken off it: no less than nothing, metric by metric. */
export function minus(a: Amounts, b: Amounts): Amounts {
  return {
    usd: nanoUsd(Math.max(0, a.usd - b.usd)),
    tokens: Math.max(0, a.tokens - b.tokens),
    requests: Math.max(0, a.requests - b.requests),
  }
}

/** What all of them hold together. */
export function sumOfShares(shares: readonly Share[]): Amounts {
  return shares.map(({ granted }) => granted).reduce(plus, NO_AMOUNTS)
}

/**
 * What each reservation of a call is charged: those in windows that have ended are charged what they hold, the last one
 * all the rest.
 */
export function chargedShares(
  earlier: readonly Share[],
  last: string,
  charge: Amounts,
): { readonly id: string; readonly actual: Amounts }[] {
  let rest = charge
  const charged = earlier.map(({ id, granted }) => {
    const actual = minus(rest, minus(rest, granted))
    rest = minus(rest, actual)
    return { id, actual }
  })
  return [...charged, { id: last, actual: rest }]
}
