import type { AccountId, Shortfall, Standing } from '../ledger.ts'
import type { Books } from './books.ts'
import { loadAccounts, lookAt } from './load.ts'
import type { Ruling } from './rules.ts'
import type * as script from './scripts/script.ts'

/** Where a path's budgets stand, as the scripts say it, in the ledger's own words. */
export interface Reader {
  standing(standing: script.Standing): Standing
  shortfall(shortfall: script.Shortfall): Shortfall
}

/** @param rulings of the path's accounts, as they were when the script saw them. */
export function standingsOn(
  books: Books,
  path: readonly AccountId[],
  rulings: readonly (Ruling | null | undefined)[],
): Reader {
  function standing([place, number, limit, ...amounts]: script.Standing): Standing {
    const at = Number(place) - 1
    const account = path[at]!
    const rule = rulings[at]?.rules[Number(number)]
    if (!rule)
      throw new Error(`the books have a rule ${number} of ${account} that nobody has told this process of`)
    books.accounts.noteLimit(account, Number(number), Number(limit))
    return standingOf({ account, rule, limit: Number(limit) }, amounts)
  }

  return {
    standing,
    shortfall: ([reason, ...rest]) => ({ ...standing(rest), reason }),
  }
}

/** The same, of standings on any path: accounts are looked at again that have a rule which nobody has told us of. */
export async function readerOf(
  books: Books,
  path: readonly AccountId[],
  standings: readonly script.Standing[],
): Promise<Reader> {
  await loadAccounts(books, path)
  const strange = standings
    .map(([place, number]) => [path[Number(place) - 1]!, Number(number)] as const)
    .filter(([account, number]) => !books.accounts.get(account)?.rules[number])
    .map(([account]) => account)
  if (strange.length > 0) await lookAt(books, [...new Set(strange)])
  const rulings = path.map((id) => books.accounts.get(id))
  return standingsOn(books, path, rulings)
}

interface Line {
  readonly account: AccountId
  readonly rule: Ruling['rules'][number]
  readonly limit: number
}

export function standingOf(
  { account, rule, limit }: Line,
  [spent, reserved, unconfirmed, ends]: readonly [string, string, string, string],
): Standing {
  return {
    account,
    budget: rule.id,
    metric: rule.metric,
    window: rule.window,
    limit,
    spent: Number(spent),
    reserved: Number(reserved),
    unconfirmed: Number(unconfirmed),
    remaining: limit - Number(spent) - Number(reserved),
    resetAtMs: ends === '' ? null : Number(ends),
  }
}
