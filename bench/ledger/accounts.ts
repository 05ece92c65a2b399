import { type AccountId, type Budget, budgetFrom, type Ledger } from '@tollgate/kit/ledger'
import { ORG } from './stores.ts'

/** The longest path that the standalone gateway makes, outermost first. */
const LONGEST: readonly AccountId[] = [`org:${ORG}`, 'team:load', 'project:a', 'user:ada', 'key:bench']

/** Far beyond what any part reserves: what is measured is an admission. */
const BUDGETS: readonly Budget[] = [
  budgetFrom({ limit_usd: '1000000', period: 'daily' }),
  budgetFrom({ limit_usd: '4000000', period: 'monthly' }),
]

/** The key and as many of the accounts over it, each with two hard budgets (and the total that every account has). */
export async function provisionedPath(ledger: Ledger, accounts: number): Promise<readonly AccountId[]> {
  const path = [...LONGEST.slice(0, accounts - 1), LONGEST.at(-1)!]
  for (const account of path) await ledger.provision(ORG, account, BUDGETS)
  return path
}
