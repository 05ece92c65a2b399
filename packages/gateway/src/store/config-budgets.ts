import { type AccountId, type Budget, kindOf } from '@tollgate/kit/ledger'
import type { StoreConfig } from '../config/index.ts'
import { accountBudgets } from './account-budgets.ts'
import { statedAccounts } from './stated-accounts.ts'

/** Every account that a config names, users aside, with the budgets that a start gives it. */
export function configBudgets(
  config: Pick<StoreConfig, 'org' | 'teams' | 'keys' | 'defaults' | 'policies'>,
): ReadonlyMap<AccountId, readonly Budget[]> {
  const { teams, keys } = config
  const own = new Map<AccountId, readonly Budget[]>([
    ...teams.map(({ id, budgets }) => [`team:${id}`, budgets] as const),
    ...keys.map(({ id, budgets }) => [`key:${id}`, budgets] as const),
  ])
  return new Map(
    statedAccounts(config).map((account) => [
      account,
      accountBudgets(config, kindOf(account), own.get(account)),
    ]),
  )
}
