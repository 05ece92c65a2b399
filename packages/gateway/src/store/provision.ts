import { accountPath, type Directory, type KeySummary, keyPrincipal } from '@tollgate/kit/directory'
import { type AccountId, type Budget, kindOf, type Ledger, type Raise } from '@tollgate/kit/ledger'
import type { Config, StoreConfig } from '../config/index.ts'
import { providerBudgets } from '../config/index.ts'
import { accountBudgets } from './account-budgets.ts'
import { keyPages } from './every-key.ts'
import { ownBudgetsOf } from './own-budgets.ts'

/** What a config says of accounts and their budgets. */
export type ProvisionRules = Pick<StoreConfig, 'org' | 'teams' | 'defaults' | 'policies'>

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
  await Promise.all(projectsOf(config).map((account) => provisionAccount(config, ledger, { org, account })))
  await Promise.all(
    [...providerBudgets(config)].map(([account, budgets]) => ledger.provision(org, account, budgets)),
  )
  const seen = accountsOfConfig(config)
  const stated = new Map(config.keys.map(({ id, budgets }) => [id, budgets]))
  for await (const page of keyPages(directory)) {
    await Promise.all(page.map((key) => provisionKey(config, ledger, key, stated.get(key.id), seen)))
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
  const ofTeams = [...teams.map(({ id }) => `team:${id}` as const), ...projectsOf({ teams })]
  return [...new Set<AccountId>([`org:${org}`, ...ofTeams, ...ofKeys])]
}

/** The projects that calls of teams may name. */
function projectsOf({ teams }: Pick<StoreConfig, 'teams'>): readonly AccountId[] {
  return [...new Set(teams.flatMap(({ projects = [] }) => projects.map((id): AccountId => `project:${id}`)))]
}

/** Accounts that need no provisioning any more, by org. */
export type SeenAccounts = Map<string, Set<AccountId>>

/** Those that the config itself names. */
export function accountsOfConfig({ org, teams }: Pick<StoreConfig, 'org' | 'teams'>): SeenAccounts {
  return new Map([[org, new Set<AccountId>([`org:${org}`, ...teams.map(({ id }) => `team:${id}` as const)])]])
}

/**
 * A key, and whoever it belongs to and the config does not name; `seen` has had its budgets already.
 *
 * @param own what whoever owns the key states; undefined: the budgets of its own that the books keep stay.
 */
export async function provisionKey(
  config: ProvisionRules,
  ledger: Ledger,
  key: KeySummary,
  own: readonly Budget[] | undefined,
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

/** An account, and what whoever owns it states; undefined: the budgets of its own that the books keep stay. */
export interface Provisioned {
  readonly org: string
  readonly account: AccountId
  readonly own?: readonly Budget[] | undefined
}

/** Give an account its budgets: those of its own, or its kind's, and the policies over it. What was granted to it stays. */
export async function provisionAccount(
  config: Pick<StoreConfig, 'defaults' | 'policies'>,
  ledger: Ledger,
  { org, account, own }: Provisioned,
): Promise<void> {
  const [had = []] = await ledger.budgetsOf(org, [account])
  const raises = new Map(had.map(({ id, raise }) => [id, raise]))
  const budgets = accountBudgets(config, kindOf(account), own ?? ownBudgetsOf(had))
  await ledger.provision(
    org,
    account,
    budgets.map((budget) => raised(budget, raises.get(budget.id))),
  )
}

function raised({ raise: _, ...budget }: Budget, raise: Raise | undefined): Budget {
  return raise ? { ...budget, raise } : budget
}
