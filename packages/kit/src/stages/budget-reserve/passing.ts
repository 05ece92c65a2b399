import { nanoUsd } from '../../core/money.ts'
import type { Amounts } from '../../ledger/ledger.ts'
import type { ReserveRequest } from '../../toll/reserve-request.ts'
import type { Passage } from '../../wire/passage/passages.ts'

/** What a request that is passed through buys. */
export type Passing = Pick<ReserveRequest, 'unknown' | 'bound'> & { readonly upTo: Amounts }

/**
 * What to reserve for a request that is no call of a model. Its meter says how much, or it costs nothing, or nobody knows:
 * then it passes only where no hard budget in USD stands over its caller. Each counts as a request. Whoever serves models
 * may use tokens for it that nobody has counted; an API that serves none uses none.
 */
export function passing({ provider, cost }: Passage): Passing {
  if (cost === 'nothing') return { upTo: amounts(nanoUsd(0)), unknown: [], bound: 'proven' }
  const tokens = provider.dialect === 'http' ? [] : (['tokens'] as const)
  if (cost === 'unknown') return { upTo: amounts(nanoUsd(0)), unknown: ['usd', ...tokens], bound: 'soft' }
  return { upTo: amounts(cost.reserve), unknown: tokens, bound: cost.costOf ? 'soft' : 'proven' }
}

function amounts(usd: Amounts['usd']): Amounts {
  return { usd, tokens: 0, requests: 1 }
}
