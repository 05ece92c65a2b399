import { warn } from '../core/warn.ts'
import type { AccountId, Amounts } from '../ledger/ledger.ts'
import type { Booth } from './booth.ts'
import { amountsOf, type Charge } from './charge.ts'
import { minus } from './share.ts'

/**
 * What a call holds of its provider's own budget, beside what it holds of its caller's: a reservation for one attempt, in
 * the books of the caller's org.
 */
export interface ProviderHold {
  readonly id: string
  readonly account: AccountId
  /** What the call had cost elsewhere before it came here: that is not this provider's. */
  readonly before: Amounts
}

/** What a toll knows of who holds. */
interface Holder {
  readonly booth: Booth
  readonly principal: { readonly org: string }
  readonly requestId: string
}

/** What this provider is charged of all that a call was. */
export function shareOfHold({ before }: ProviderHold, charge: Charge): Charge {
  const { usd, tokens } = minus(amountsOf(charge), before)
  return { nanoUsd: usd, tokens, basis: charge.basis }
}

/** Settle or release a hold, in this turn. It may be told again, by a later truth. */
export async function endHold(
  { booth, principal: { org }, requestId }: Holder,
  { id }: ProviderHold,
  end: Charge | 'nothing',
): Promise<void> {
  booth.keeper.untrack(org, id)
  const { spool } = booth.ledger
  try {
    if (end === 'nothing') await spool.release(org, id)
    else await spool.settle({ org, id, actual: amountsOf(end), basis: end.basis })
  } catch (cause) {
    warn(
      'TOLLGATE_SETTLE_FAILED',
      `The books could not be told what ${requestId} cost its provider’s budget: ${String(cause)}`,
    )
  }
}

/** Each attempt is a request to its provider. */
export function atLeastOne(amounts: Amounts): Amounts {
  return { ...amounts, requests: 1 }
}
