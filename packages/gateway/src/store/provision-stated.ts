import type { AccountId, Budget } from '@tollgate/kit/ledger'
import { type Config, providerBudgets } from '../config/index.ts'
import { type Provisioning, provisionAccount } from './provision-account.ts'
import { statedAccounts } from './stated-accounts.ts'
import { asStated } from './tier-budgets.ts'

/** Give the accounts that the config itself names their budgets: few, and so each time. */
export async function provisionStated(
  config: Config,
  { ledger, directory }: Pick<Provisioning, 'ledger' | 'directory'>,
): Promise<void> {
  const by = { rules: config, ledger, directory: asStated(directory) }
  const { org, teams, keys } = config
  const own = new Map<AccountId, readonly Budget[]>([
    ...teams.map(({ id, budgets }) => [`team:${id}`, budgets] as const),
    ...keys.map(({ id, budgets }) => [`key:${id}`, budgets] as const),
  ])
  const keyOf = new Map(keys.map((key) => [`key:${key.id}`, key]))
  await Promise.all([
    ...statedAccounts(config).map((account) =>
      provisionAccount(by, { org, account, own: own.get(account), key: keyOf.get(account) }),
    ),
    ...[...providerBudgets(config)].map(([account, budgets]) => ledger.provision(org, account, budgets)),
  ])
}
