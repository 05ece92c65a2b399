import { accountPath, type Directory, type KeySummary, keyPrincipal } from '@tollgate/kit/directory'
import { type AccountId, type Budget, kindOf, type Ledger } from '@tollgate/kit/ledger'
import type { Config, StoreConfig } from '../config/index.ts'
import { accountBudgets } from './account-budgets.ts'
import { keyPages } from './every-key.ts'
import { ownBudgetsOf } from './own-budgets.ts'

/**
 * Give every account that the config or the directory names the budgets it has by now. Repeating it changes nothing,
 * and a changed limit changes no counter. Users are left to the ledger, which makes their accounts when it first sees
 * them.
 */
export async function provision(
  config: Config,
  { ledger, directory }: { readonly ledger: Ledger; readonly directory: Directory },
): Promise<void> {
  const { org } = config
  await provisionAccount(config, ledger, { org, account: `org:${org}` })
  await Promise.all(
    config.teams.map(({ id, budgets }) =>
      provisionAccount(config, ledger, { org, account: `team:${id}`, own: budgets }),
    ),
  )
  const seen = accountsOfConfig(config)
  const stated = new Map(config.keys.map(({ id, budgets }) => [id, budgets]))
  for await (const page of keyPages(directory)) {
    for (const [org, keys] of Map.groupBy(page, (key) => key.org)) {
      const states = await ledger.read(
        org,
        keys.map(({ id }): AccountId => `key:${id}`),
      )
      const own = (index: number) =>
        stated.get(keys[index]!.id) ?? ownBudgetsOf(states[index]!, config.timeZone)
      await Promise.all(keys.map((key, index) => provisionKey(config, ledger, key, own(index), seen)))
    }
  }
}

/** All that a config names, users aside: with a store that keeps no keys, those that `provision` makes. */
export function ownAccounts({
  org,
  teams,
  keys,
}: Pick<StoreConfig, 'org' | 'teams' | 'keys'>): readonly AccountId[] {
  const ofKeys = keys.flatMap(({ id, team, project }): AccountId[] => [
    ...(team === undefined ? [] : [`team:${team}` as const]),
    ...(project === undefined ? [] : [`project:${project}` as const]),
    `key:${id}`,
  ])
  return [...new Set<AccountId>([`org:${org}`, ...teams.map(({ id }) => `team:${id}` as const), ...ofKeys])]
}

/** Accounts that need no provisioning any more, by org. */
export type SeenAccounts = Map<string, Set<AccountId>>

/** Those that the config itself names. */
export function accountsOfConfig({ org, teams }: Pick<StoreConfig, 'org' | 'teams'>): SeenAccounts {
  return new Map([[org, new Set<AccountId>([`org:${org}`, ...teams.map(({ id }) => `team:${id}` as const)])]])
}

/** A key, and whoever it belongs to and the config does not name; `seen` has had its budgets already. */
export async function provisionKey(
  config: StoreConfig,
  ledger: Ledger,
  key: KeySummary,
  own: readonly Budget[],
  seen: SeenAccounts,
): Promise<void> {
  const { org } = key
  const seenInOrg = seen.get(org) ?? new Set()
  seen.set(org, seenInOrg)
  const owners = accountPath(keyPrincipal(key)).filter(
    (account) => !account.startsWith('user:') && !account.startsWith('key:') && !seenInOrg.has(account),
  )
  for (const owner of owners) seenInOrg.add(owner)
  await Promise.all([
    ...owners.map((account) => provisionAccount(config, ledger, { org, account })),
    provisionAccount(config, ledger, { org, account: `key:${key.id}`, own }),
  ])
}

async function provisionAccount(
  config: StoreConfig,
  ledger: Ledger,
  {
    org,
    account,
    own = [],
  }: { readonly org: string; readonly account: AccountId; readonly own?: readonly Budget[] },
): Promise<void> {
  await ledger.provision(org, account, accountBudgets(config, kindOf(account), own))
}
