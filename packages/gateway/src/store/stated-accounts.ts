import type { AccountId } from '@tollgate/kit/ledger'
import type { StoreConfig } from '../config/index.ts'

/** What a config says of accounts: it gives them their budgets, and nobody else does. */
export type Stating = Pick<StoreConfig, 'org' | 'teams'> & {
  readonly keys: readonly Pick<StoreConfig['keys'][number], 'id' | 'team' | 'project'>[]
}

/** All that a config names, users aside: with a store that keeps no keys, those that a start makes. */
export function statedAccounts({ org, teams, keys }: Stating): readonly AccountId[] {
  const ofKeys = keys.flatMap(({ id, team, project }): AccountId[] => [
    ...(team === undefined ? [] : [`team:${team}` as const]),
    ...(project === undefined ? [] : [`project:${project}` as const]),
    `key:${id}`,
  ])
  const ofTeams = teams.flatMap(({ id, projects = [] }): AccountId[] => [
    `team:${id}`,
    // Its calls may name them.
    ...projects.map((project) => `project:${project}` as const),
  ])
  return [...new Set<AccountId>([`org:${org}`, ...ofTeams, ...ofKeys])]
}
