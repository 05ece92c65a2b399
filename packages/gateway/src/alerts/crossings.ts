import type { Crossing, Ledger } from '@tollgate/kit/ledger'

/** Told of a budget that has reached a percentage: each time by one request of the whole fleet. */
export type OnCrossed = (org: string, crossing: Crossing) => void

/** How many settles without an answer are remembered: those of some minutes without books. */
const MAX_UNANSWERED = 10_000

/**
 * The same books, which tell how far budgets have come with every request that is settled. A settle that is repeated
 * tells it again only where the answer of the first never came.
 *
 * @param at the percentages that anybody wants to be told of at the moment.
 */
export function tellingCrossings(ledger: Ledger, at: () => readonly number[], onCrossed: OnCrossed): Ledger {
  const unanswered = new Set<string>()

  return {
    ...ledger,
    async settle(command) {
      const alertAt = at()
      if (alertAt.length === 0) return ledger.settle(command)
      const { org, id } = command
      const name = `${org} ${id}`
      const isFirst = !unanswered.delete(name)
      try {
        const result = await ledger.settle({ alertAt, ...command })
        if ('crossed' in result && !(isFirst && result.status === 'repeat'))
          for (const crossing of result.crossed ?? []) onCrossed(org, crossing)
        return result
      } catch (error) {
        if (unanswered.size >= MAX_UNANSWERED) unanswered.clear()
        unanswered.add(name)
        throw error
      }
    },
  }
}
