import type { Crossing, Ledger } from '@tollgate/kit/ledger'

/** Told of a budget that has reached a percentage: each time by one request of the whole fleet. */
export type OnCrossed = (org: string, crossing: Crossing) => void

/**
 * The same books, which tell how far budgets have come with every request that is settled.
 *
 * @param at the percentages that anybody wants to be told of by now.
 */
export function tellingCrossings(ledger: Ledger, at: () => readonly number[], onCrossed: OnCrossed): Ledger {
  return {
    ...ledger,
    async settle(command) {
      const alertAt = at()
      if (alertAt.length === 0) return ledger.settle(command)
      const result = await ledger.settle({ alertAt, ...command })
      if ('crossed' in result && result.status !== 'repeat') {
        for (const crossing of result.crossed ?? []) onCrossed(command.org, crossing)
      }
      return result
    },
  }
}
