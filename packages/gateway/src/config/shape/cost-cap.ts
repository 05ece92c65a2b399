import { type NanoUsd, nanoUsd, usdToNano } from '@tollgate/kit/core'

/** What one request may cost at the most, where it is stated. */
export function costCap(usd: string | undefined): { readonly maxCostNanoUsd?: NanoUsd } {
  return usd === undefined ? {} : { maxCostNanoUsd: nanoUsd(usdToNano(usd)) }
}
