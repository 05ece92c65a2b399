import { adoptListedData, GENAI_PRICES_PUBLISHED_MS } from '@tollgate/kit/meter'
import { considerPrices } from './consider.ts'
import type { KeptPrices } from './kept-prices.ts'

/** Put in force what gateways go by, for a command beside them; returns of which date that is, ms since the epoch. */
export async function adoptKept(kept: KeptPrices): Promise<number> {
  const found = await kept.read()
  const considered = found && (await considerPrices(found, GENAI_PRICES_PUBLISHED_MS))
  if (considered?.verdict !== 'newer') return GENAI_PRICES_PUBLISHED_MS
  adoptListedData(considered.data)
  return found!.datedMs
}
