import type { AccountId, Budget } from '@tollgate/kit/ledger'
import { type Config, providerBudgets } from '../config/index.ts'
import { type Provisioning, provisionAccount } from './provision-account.ts'
import { statedAccounts } from './stated-accounts.ts'
import { asStated } from './tier-budgets.ts'

/** All that a config says the budgets of, providers among them. */
export function accountsWithStated(config: Config): readonly AccountId[] {
  return [...statedAccounts(config), ...providerBudgets(config).keys()]
}

/**
 * Give the accounts that the config itself names their budgets: few, and so each time.
 *
 * @param only some of them; all by default.
 */
export async function provisionStated(
  config: Config,
  { ledger, directory }: Pick<Provisioning, 'ledger' | 'directory'>,
  only: readonly AccountId[] = accountsWithStated(config),
): Promise<void> {
  const by = { rules: config, ledger, directory: asStated(directory) }
  const { org, teams, keys } = config
  const own = new Map<AccountId, readonly Budget[]>([
    ...teams.map(({ id, budgets }) => [`team:${id}`, budgets] as const),
    ...keys.map(({ id, budgets }) => [`key:${id}`, budgets] as const),
  ])
  const keyOf = new Map(keys.map((key) => [`key:${key.id}`, key]))
  const ofProviders: ReadonlyMap<AccountId, readonly Budget[]> = providerBudgets(config)
  await Promise.all(
    only.map((account) => {
      const budgets = ofProviders.get(account)
      return budgets
        ? ledger.provision(org, account, budgets)
        : provisionAccount(by, { org, account, own: own.get(account), key: keyOf.get(account) })
    }),
  )
}
