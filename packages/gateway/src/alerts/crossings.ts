import type { Crossing, Ledger } from '@tollgate/kit/ledger'

/** Told of a budget that has reached a percentage: each time by one request of the whole fleet. */
export type OnCrossed = (org: string, crossing: Crossing) => void

/** The same books, which tell how far budgets have come with every request that is settled. */
export function tellingCrossings(ledger: Ledger, at: readonly number[], onCrossed: OnCrossed): Ledger {
  if (at.length === 0) return ledger
  return {
    ...ledger,
    async settle(command) {
      const result = await ledger.settle({ alertAt: at, ...command })
      if ('crossed' in result && result.status !== 'repeat') {
        for (const crossing of result.crossed ?? []) onCrossed(command.org, crossing)
      }
      return result
    },
  }
}
