import { accountPath, type Directory, type KeySummary, keyPrincipal } from '@tollgate/kit/directory'
import type { AccountId, Budget, Ledger } from '@tollgate/kit/ledger'
import { type Config, providerBudgets, type StoreConfig } from '../config/index.ts'
import { keyPages } from './every-key.ts'
import { type Provisioned, provisionAccount, provisionChanged } from './provision-account.ts'

/** What a config says of accounts and their budgets. */
export type ProvisionRules = Pick<StoreConfig, 'org' | 'teams' | 'defaults' | 'policies'>

/** So many keys are worth a word to whoever waits for a start. */
const WORTH_A_WORD = 100_000

export interface ProvisionOptions {
  readonly ledger: Ledger
  readonly directory: Pick<Directory, 'listKeys'>
  /** Told from time to time, where there are many keys. */
  readonly output?: (line: string) => void
}

/**
 * Give every account that the config or the directory names the budgets it has by now. Repeating it changes nothing,
 * and a changed limit changes no counter. Users are left to the ledger, which makes their accounts when it first sees
 * them.
 *
 * All keys are looked at, each time: whoever has made one may have ended before it had its budgets, other defaults are for
 * keys that are there already, and books may have lost what they had.
 */
export async function provision(
  config: Config,
  { ledger, directory, output = () => {} }: ProvisionOptions,
): Promise<void> {
  await provisionStated(config, ledger)
  const seen: SeenAccounts = new Map([[config.org, new Set(ownAccounts(config))]])
  let done = 0
  for await (const page of keyPages(directory)) {
    const accounts = page.flatMap((key) => accountsOfKey(key, undefined, seen))
    for (const [org, theirs] of Map.groupBy(accounts, ({ org }) => org))
      await provisionChanged(config, ledger, org, theirs)
    done += page.length
    if (done % WORTH_A_WORD === 0) output(`books     ${done} keys have their budgets, and there are more`)
  }
}

/** The same of what the config itself names. */
export async function provisionStated(config: Config, ledger: Ledger): Promise<void> {
  const { org, teams, keys } = config
  const own = new Map<AccountId, readonly Budget[]>([
    ...teams.map(({ id, budgets }) => [`team:${id}`, budgets] as const),
    ...keys.map(({ id, budgets }) => [`key:${id}`, budgets] as const),
  ])
  await Promise.all([
    ...ownAccounts(config).map((account) =>
      provisionAccount(config, ledger, { org, account, own: own.get(account) }),
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
  await Promise.all(accountsOfKey(key, own, seen).map((account) => provisionAccount(config, ledger, account)))
}

/** The account of a key and those over it, but for users and those that were `seen`, among which they are from now on. */
function accountsOfKey(
  key: KeySummary,
  own: readonly Budget[] | undefined,
  seen: SeenAccounts,
): Provisioned[] {
  const { org } = key
  const seenInOrg = seen.get(org) ?? new Set()
  seen.set(org, seenInOrg)
  const unseen = accountPath(keyPrincipal(key)).filter(
    (account) => !account.startsWith('user:') && !seenInOrg.has(account),
  )
  return unseen.map((account) => {
    if (account.startsWith('key:')) return { org, account, own }
    seenInOrg.add(account)
    return { org, account }
  })
}
