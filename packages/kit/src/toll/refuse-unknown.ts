import { TollgateError } from '../core/errors.ts'
import type { Amounts } from '../ledger/ledger.ts'
import { type DemandOptions, overCap } from './demand.ts'

/** What a plain amount may leave open. */
export type Unknown = 'usd' | 'tokens'

const WHY_UNKNOWN: Readonly<Record<Unknown, { readonly message: string; readonly internal: string }>> = {
  usd: {
    message:
      'What this request costs is not known, and a budget in USD stands over it. Ask your administrator to state a meter for it.',
    internal: 'providerPassages({ providers: [{ …, meters }] }) has no meter for this path',
  },
  tokens: {
    message: 'A budget in tokens stands over this request, and how many tokens it uses is not known.',
    internal: 'budgetReserve({ upToUsd }) cannot hold a budget in tokens: give it `call` instead',
  },
}

/** @throws TollgateError `price_unknown` when a limit stands over a cost that nobody has bounded; `cap_exceeded`. */
export function refuseUnknown(
  { unknown = ['tokens'] }: { readonly unknown?: readonly Unknown[] | undefined },
  upTo: Amounts,
  { smallest, caps = {} }: DemandOptions,
): void {
  const { maxCostNanoUsd: usd } = caps
  const held = usd === undefined ? smallest : { ...smallest, usd }
  const open = unknown.find((metric) => held[metric] !== undefined)
  if (open) throw new TollgateError('price_unknown', WHY_UNKNOWN[open])
  if (usd !== undefined && upTo.usd > usd) throw overCap({ cap: 'cost' }, caps)
}
