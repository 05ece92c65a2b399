import { nanoToUsd } from '../core/money.ts'
import { type ExposeLimits, REMAINING_HEADER, standingHeaders } from './refusals.ts'
import { chargeOn, type Toll } from './toll.ts'

/** Headers that tell a caller about its toll, by name. */
export type TollHeaders = Readonly<Record<string, string>>

/** What is known before the call is sent; what it cost is added when it is known. */
export function reservedHeaders(toll: Toll, exposeLimits: ExposeLimits): TollHeaders {
  return {
    ...wouldRefuse(toll),
    ...(toll.cap === undefined ? {} : { 'x-tollgate-max-tokens': String(toll.cap) }),
    ...(toll.tightest ? standingHeaders(toll.tightest, exposeLimits) : {}),
  }
}

/** What is known once the call is charged; `showRemaining` where the caller has been told what was left before. */
export function chargedHeaders(toll: Toll, showRemaining: boolean): TollHeaders {
  const cost = chargeOn(toll)?.nanoUsd ?? 0
  return {
    'x-tollgate-cost-usd': nanoToUsd(cost),
    ...(showRemaining ? { [REMAINING_HEADER]: nanoToUsd(Math.max(0, remainingAfter(toll, cost))) } : {}),
  }
}

function wouldRefuse({ unheld, would }: Toll): TollHeaders {
  if (unheld) return { 'x-tollgate-would-refuse': unheld }
  if (would.length === 0) return {}
  const lasting = would.some((shortfall) => shortfall.reason !== 'reserved')
  return { 'x-tollgate-would-refuse': lasting ? 'budget_exceeded' : 'budget_reserved' }
}

/** What is left of the tightest budget, once the part of the grant that was not used is given back. */
function remainingAfter({ tightest, granted }: Toll, cost: number): number {
  return (tightest?.remaining ?? 0) + granted.usd - cost
}
