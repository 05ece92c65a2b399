import {
  doubtsAbout,
  type ListedData,
  listedProviders,
  listedVersion,
  type PriceChange,
  priceChanges,
  readListedData,
} from '@tollgate/kit/meter'
import type { FoundPrices } from './source.ts'

/** What is to be thought of price data that was found. */
export type Considered =
  /** Sound, newer, and another than what is in force. */
  | { readonly verdict: 'newer'; readonly data: ListedData; readonly changes: readonly PriceChange[] }
  | { readonly verdict: 'same' }
  /** It must not replace what is in force, for these reasons. */
  | { readonly verdict: 'refused'; readonly reasons: readonly string[] }

/** Compare price data with what is in force, which is of a date, ms since the epoch. */
export async function considerPrices(found: FoundPrices, inForceDatedMs: number): Promise<Considered> {
  const data = readListedData(found.text)
  if (data.status === 'unreadable') return { verdict: 'refused', reasons: data.problems }
  if (data.version === listedVersion()) return { verdict: 'same' }
  if (found.datedMs < inForceDatedMs) {
    return { verdict: 'refused', reasons: [`it is older than what is in force: ${day(found.datedMs)}`] }
  }
  const now = await listedProviders()
  const doubts = doubtsAbout(now, data.providers)
  if (doubts.length > 0) return { verdict: 'refused', reasons: doubts }
  return { verdict: 'newer', data, changes: priceChanges(now, data.providers) }
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
