import type { IncomingMessage, ServerResponse } from 'node:http'
import { peekContext } from '../../core/context.ts'
import { nanoUsd, usdToNano } from '../../core/money.ts'
import { reservedHeaders } from '../../toll/headers.ts'
import { type ReserveOptions, reservePolicy } from '../../toll/policy.ts'
import { reserveToll } from '../../toll/reserve.ts'
import { endToll } from '../../toll/toll.ts'
import { tollSlot } from '../budget-reserve/slots.ts'
import { principal } from '../identify/slots.ts'

/** What a hit costs its caller, and in which books that stands. */
export interface HitPriceOptions extends ReserveOptions {
  /** USD for each answer that is served without a provider: `'0.0001'`. */
  readonly usd: string
}

export interface HitPrice {
  readonly nanoUsd: number
  /**
   * Charge a caller for a hit, before it is served: reserved on all of its accounts and settled, as any charge is.
   *
   * @throws TollgateError `budget_exceeded`, `budget_reserved`, `ledger_unavailable`.
   */
  charge(req: IncomingMessage, res: ServerResponse): void | Promise<void>
}

/** A hit buys nothing, and no account hears of it. */
export const FREE_HITS: HitPrice = {
  nanoUsd: 0,
  charge(req) {
    if (!tollSlot.given(req)) tollSlot.set(req, undefined)
  },
}

/** @throws RangeError when the price is no amount. */
export function hitPriceOf({ usd, ...options }: HitPriceOptions): HitPrice {
  const price = nanoUsd(usdToNano(usd))
  if (price === 0) return FREE_HITS
  const policy = reservePolicy(options)
  return {
    nanoUsd: price,
    async charge(req, res) {
      const toll = await reserveToll(policy, {
        requestId: peekContext(req)!.id,
        principal: principal.get(req),
        call: undefined,
        received: undefined,
        deployment: undefined,
        upTo: { usd: price, tokens: 0, requests: 1 },
        unknown: [],
        gone: () => res.closed,
      })
      tollSlot.set(req, toll)
      for (const [name, value] of Object.entries(reservedHeaders(toll, policy.exposeLimits)))
        res.setHeader(name, value)
      void endToll(toll, { nanoUsd: price, tokens: 0, basis: 'exact' })
    },
  }
}
