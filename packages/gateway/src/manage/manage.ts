import type { CacheStore } from '@tollgate/kit/cache'
import type { SemanticTier } from '@tollgate/kit/cache/semantic'
import type { Clock } from '@tollgate/kit/core'
import type { Actor, Directory, KeyHasher, Role } from '@tollgate/kit/directory'
import type { Ledger } from '@tollgate/kit/ledger'
import type { StoreConfig } from '../config/index.ts'

/** What the admin API and the commands work on: one org's directory and books, and what the config says of both. */
export interface Manage {
  readonly org: string
  readonly directory: Directory
  readonly ledger: Ledger
  /** Where answers are kept; absent where none are, and for commands. */
  readonly cache?: CacheStore | undefined
  /** What finds answers to other words; absent where nothing does. */
  readonly semantic?: Pick<SemanticTier, 'status' | 'reject'> | undefined
  /** Hashes the secrets of new keys. @throws Error where the master key is not at hand. */
  readonly hasher: () => KeyHasher
  /** What the config says now: a running gateway may have read it anew. */
  readonly config: () => ManagedConfig
  readonly clock: Clock
}

/** What a config owns, and the budgets that it gives by kind. */
export type ManagedConfig = Pick<
  StoreConfig,
  'file' | 'store' | 'org' | 'timeZone' | 'teams' | 'defaults' | 'policies'
> & { readonly keys: readonly Pick<StoreConfig['keys'][number], 'id' | 'team' | 'project' | 'budgets'>[] }

/** Whoever changes something: a token, a person, or somebody at the machine's command line. */
export interface Operator {
  /** As the history names them: `admin`, `token:ci`, `user:ada`, `command:root`. */
  readonly by: string
  readonly role: Role
  /** Whether a team is theirs to decide for; asked of team leads only. */
  leads(team: string): boolean | Promise<boolean>
}

/** Everything that there is, in the order of what may be done. */
const ROLES: readonly Role[] = ['viewer', 'team-lead', 'director', 'admin']

/** Whether one role may do whatever another one may. */
export function atLeast(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed)
}

/** An operator, as the history of a change keeps it. */
export function actorOf({ by }: Pick<Operator, 'by'>, reason?: string): Actor {
  return { by, owner: 'directory', ...(reason !== undefined && { reason }) }
}
