import type { AccountId, Budget } from '@tollgate/kit/ledger'
import { type Config, providerBudgets, type StoreConfig } from '../config/index.ts'
import { type Provisioning, provisionAccount } from './provision-account.ts'
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
    ...ownAccounts(config).map((account) =>
      provisionAccount(by, { org, account, own: own.get(account), key: keyOf.get(account) }),
    ),
    ...[...providerBudgets(config)].map(([account, budgets]) => ledger.provision(org, account, budgets)),
  ])
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
