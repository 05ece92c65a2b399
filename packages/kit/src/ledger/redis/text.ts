import type { Amounts, Metric } from '../ledger.ts'

/** Amounts as the scripts take and give them: `usd tokens requests`, in decimal digits. */
export const amountsText = ({ usd, tokens, requests }: Readonly<Record<Metric, number>>): string =>
  `${usd} ${tokens} ${requests}`

/** Sums of a day are amounts as well: they may be larger than any single one, or below zero. */
export function readAmounts(text: string): Amounts {
  const [usd, tokens, requests] = text.split(' ').map(Number)
  return { usd, tokens, requests } as Amounts
}
