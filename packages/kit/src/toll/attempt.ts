import { nanoUsd } from '../core/money.ts'
import type { Amounts, Shortfall } from '../ledger/ledger.ts'
import { estimatedCharge, estimateUsage } from '../meter/estimate.ts'
import type { Deployment } from '../wire/routes.ts'
import { addCharges, amountsOf, type Charge } from './charge.ts'
import { demandOf } from './demand.ts'
import { neededCap } from './needed-cap.ts'
import type { Toll } from './toll.ts'
import { unreachable } from './unreachable.ts'

export interface LostOptions {
  /** How much of its answer a provider has generated: `all`, where its head came and it was no stream. */
  readonly generated?: 'unknown' | 'all'
}

/**
 * The call was sent, and no whole answer came: what the provider may have generated meanwhile is spent. Returns that, or
 * nothing where no call was priced or sent.
 */
export function loseAttempt(
  toll: Toll,
  nowMs: number,
  { generated = 'unknown' }: LostOptions = {},
): Charge | undefined {
  const { demand } = toll
  if (!demand || toll.sentAtMs === undefined) return undefined
  const usage = estimateUsage(
    {
      inputTokens: demand.bounds.inputTokens,
      outputTokensSeen: 0,
      // Once nobody waits for it, the provider is taken to have gone on at the pace of a stream.
      stream: generated === 'unknown',
      sinceDispatchMs: Math.max(0, nowMs - toll.sentAtMs),
      outputMs: 0,
      cap: toll.cap,
    },
    demand.bounds,
    demand.limits,
  )
  const { usd, tokens } = estimatedCharge(usage, demand.bounds, toll.granted)
  const lost: Charge = { nanoUsd: usd, tokens, basis: 'estimated', usage }
  toll.lostAttempts = toll.lostAttempts ? addCharges(toll.lostAttempts, lost) : lost
  toll.sentAtMs = undefined
  return lost
}

/**
 * Make the reservation fit another deployment before the call is sent there: what is spent so far, plus what this one
 * may cost; its cap is computed anew. Returns the shortfall when it does not fit.
 */
export async function extendTo(toll: Toll, deployment: Deployment): Promise<Shortfall | undefined> {
  const { booth, id, received, ttlMs } = toll
  const { org } = toll.principal
  if (!received) return undefined
  const demand = demandOf(received, deployment, toll.sizing)
  const spent: Amounts = toll.lostAttempts
    ? amountsOf(toll.lostAttempts)
    : { usd: nanoUsd(0), tokens: 0, requests: 0 }
  const { min, want } = demand.bounds
  const result = await booth.ledger
    .extend({ org, id, min: onTopOf(spent, min), want: onTopOf(spent, want), consumed: spent, ttlMs })
    .catch((cause: unknown) => {
      throw unreachable(cause)
    })
  if (result.status === 'denied') return toll.observing ? adopt() : result.shortfall
  if (result.status !== 'open' && result.status !== 'revived')
    throw unreachable(`extend answered ${result.status}`)
  return adopt(result.granted)

  function adopt(granted: Amounts = toll.granted): undefined {
    toll.demand = demand
    toll.granted = granted
    const left = { ...granted, usd: nanoUsd(granted.usd - spent.usd), tokens: granted.tokens - spent.tokens }
    toll.cap = toll.observing ? undefined : neededCap(left, demand, received!.maxOutputTokens)
    return undefined
  }
}

function onTopOf(spent: Amounts, amounts: Amounts): Amounts {
  return { usd: nanoUsd(spent.usd + amounts.usd), tokens: spent.tokens + amounts.tokens, requests: 1 }
}
