import { type AccountId, kindOf } from '@tollgate/kit/ledger'
import type { Provisioning } from './provision-account.ts'
import { tierBudgets } from './tier-budgets.ts'

/**
 * The accounts of teams, projects and users that there must be before anybody calls. The books make that of a user by
 * themselves, with the first request, unless a tier gives it other budgets than its kind has.
 */
export async function ownersThere(
  { rules, ledger, directory }: Provisioning,
  org: string,
  owners: readonly AccountId[],
): Promise<readonly AccountId[]> {
  const kept = await ledger.budgetsOf(org, owners)
  const are = await Promise.all(
    owners.map(async (account, at) => {
      if (kindOf(account) !== 'user' || kept[at] !== undefined) return true
      return (await tierBudgets(directory, rules.timeZone, { org, account })).length > 0
    }),
  )
  return owners.filter((_, at) => are[at])
}
