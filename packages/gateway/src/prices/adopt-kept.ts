import { adoptListedData, GENAI_PRICES_PUBLISHED_MS } from '@tollgate/kit/meter'
import { considerPrices } from './consider.ts'
import type { KeptPrices } from './kept-prices.ts'

/**
 * Put the prices in force that running gateways go by, for a command beside them. Returns their date, ms since the epoch.
 */
export async function adoptKept(kept: KeptPrices): Promise<number> {
  const found = await kept.read()
  const considered = found && (await considerPrices(found, GENAI_PRICES_PUBLISHED_MS))
  if (considered?.verdict !== 'newer') return GENAI_PRICES_PUBLISHED_MS
  adoptListedData(considered.data)
  return found!.datedMs
}
