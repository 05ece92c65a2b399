import { GENAI_PRICES_PUBLISHED_MS } from '@tollgate/kit/meter'
import type { PriceUpdates } from './price-updates.ts'

/** Prices change a few times a year: those of more than 90 days are likely to be wrong somewhere, ms. */
export const STALE_PRICES_MS: number = 90 * 86_400_000

/** How old the list of prices in force is, ms. It grows for as long as nothing newer is found, or taken. */
export function priceAge(updates: Pick<PriceUpdates, 'datedMs'> | undefined, nowMs: number): number {
  return Math.max(0, nowMs - (updates?.datedMs() ?? GENAI_PRICES_PUBLISHED_MS))
}
