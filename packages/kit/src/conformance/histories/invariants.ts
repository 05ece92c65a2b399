import type { AccountState, Amounts, Standing } from '../../ledger/ledger.ts'
import { counterAt } from '../reference/accounts.ts'
import { big } from '../reference/entries.ts'
import type { Big, Entry } from '../reference/records.ts'

/**
 * What must hold of the books whatever the reference says, since the author of both may have made the same mistake
 * twice. Each answers with the first line of the books that breaks it.
 */

/** Nothing below zero but what was corrected, and every line adds up. */
export function unsound(states: readonly AccountState[]): string | undefined {
  for (const { org, account, reserved, unconfirmed, budgets } of states) {
    if (reserved < 0 || unconfirmed < 0) return `${org} ${account} is below zero`
    for (const line of budgets) {
      const adds = line.remaining === line.limit - line.spent - line.reserved
      const sound = line.reserved >= 0 && line.unconfirmed >= 0 && Number.isSafeInteger(line.spent)
      if (!adds || !sound) return `${org} ${account} ${line.budget} does not add up: ${JSON.stringify(line)}`
    }
  }
  return undefined
}

export interface Admitted {
  readonly entry: Entry
  /** What it held before. */
  readonly before: Big
  readonly granted: Amounts
  readonly nowMs: number
}

/** No hard budget of now that gave something is beyond its limit: spent and reserved together. */
export function overspent(states: readonly AccountState[], admitted: Admitted): string | undefined {
  const { entry, before, nowMs } = admitted
  const granted = big(admitted.granted)
  if (entry.command!.observe) return undefined
  for (const counter of entry.counters) {
    const { account, budget } = counter.rule
    const isNow = counterAt(counter.rule, nowMs) === counter
    if (!isNow || budget.mode === 'soft' || granted[budget.metric] <= before[budget.metric]) continue
    const line = lineIn(states, entry.org, [account, budget.id])
    if (line && line.spent + line.reserved > line.limit)
      return `${entry.org} ${account} ${budget.id} is over its limit`
  }
  return undefined
}

function lineIn(
  states: readonly AccountState[],
  org: string,
  [account, budget]: readonly [account: string, budget: string],
): Standing | undefined {
  const state = states.find((one) => one.org === org && one.account === account)
  return state?.budgets.find((line) => line.budget === budget)
}
